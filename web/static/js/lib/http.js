/** JSON to and from our own server, with the hidden token. */

/** The server answered with something else than success. `code` is its refusal code, or "" when it gave none. */
export class NotDone extends Error {
  /**
   * @param {number} status 0 when nothing answered
   * @param {string} code
   * @param {any} [said] all that the server said about it
   */
  constructor(status, code, said = null) {
    super(`${status} ${code}`);
    this.name = "NotDone";
    this.status = status;
    this.code = code;
    this.said = said;
  }
}

/** @returns {string} the token the page was given */
export function csrf() {
  return document.querySelector('meta[name="csrf"]')?.getAttribute("content") ?? "";
}

/**
 * Sends and receives JSON. Throws NotDone when the answer is not a success or nothing answers.
 * @param {"GET" | "POST" | "PUT" | "DELETE"} method
 * @param {string} address
 * @param {unknown} [body]
 * @param {{ keepalive?: boolean, signal?: AbortSignal }} [options] keepalive lets it finish while the page is being left
 * @returns {Promise<any>} what the server sent, or null when it sent nothing
 */
export async function json(method, address, body, options = {}) {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(address, {
      ...options,
      method,
      credentials: "same-origin",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": csrf() },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new NotDone(0, "no_answer");
  }
  const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
  if (!answer.ok) throw new NotDone(answer.status, said?.code ?? "", said);
  return said;
}

/**
 * Sends one file with its progress. fetch cannot tell progress, so this is the older way.
 * @param {string} address
 * @param {File} file
 * @param {(share: number) => void} onProgress 0 to 1
 * @param {Record<string, string>} [fields] what goes with it
 * @returns {Promise<any>} the server's JSON; throws NotDone
 */
export function sendFile(address, file, onProgress, fields = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "json";
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response);
      else reject(new NotDone(request.status, request.response?.code ?? "", request.response));
    });
    request.addEventListener("error", () => reject(new NotDone(0, "no_answer")));
    const body = new FormData();
    for (const [name, words] of Object.entries({ ...fields, csrf_token: csrf() })) body.append(name, words);
    body.append("file", file);
    request.send(body);
  });
}
