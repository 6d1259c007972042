/** Notes when each member's first picture is on the screen, by the machine's clock. Changes nothing. */
window.joined = {
  /** @param {string[]} members @returns {Promise<number>} when the last of them was first seen */
  lastFirstPicture(members) {
    return new Promise((done) => {
      const seen = new Map();
      const look = () => {
        for (const member of members) {
          const video = document.querySelector(`[data-member="${member}"] video`);
          if (!seen.has(member) && video?.getVideoPlaybackQuality().totalVideoFrames > 0) seen.set(member, Date.now());
        }
        if (seen.size === members.length) done(Math.max(...seen.values()));
        else setTimeout(look, 8);
      };
      look();
    });
  },
};
