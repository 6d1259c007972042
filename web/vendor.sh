#!/bin/sh
# Refreshes everything in web/ that we did not write: letters, icons, three small libraries.
# Needs npm (to fetch from the registry, nothing is built) and, for the printing letters, apt-get and dpkg.
# Run it by hand, look at the difference, commit. Nothing runs it automatically.
set -eu

BE_VIETNAM_PRO=5.3.0
LUCIDE=1.62.0
PREACT=11.2.0
HTM=3.1.1
SIGNALS=2.11.4
SIGNALS_CORE=1.14.5

web=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fetch() { # package version folder
    npm pack --silent "$1@$2" >name
    mkdir "$3"
    tar xzf "$(cat name)" -C "$3" --strip-components=1
}

fetch @fontsource/be-vietnam-pro "$BE_VIETNAM_PRO" letters
fetch lucide-static "$LUCIDE" lucide
fetch preact "$PREACT" preact
fetch htm "$HTM" htm
fetch @preact/signals "$SIGNALS" signals
fetch @preact/signals-core "$SIGNALS_CORE" signals-core

# --- letters of the screen: one file a subset and weight, and the style sheet that names them
fonts="$web/static/fonts"
css="$web/static/css/fonts.css"
cp letters/LICENSE "$fonts/LICENSE.be-vietnam-pro.txt"
{
    echo "/* Written by vendor.sh. Be Vietnam Pro $BE_VIETNAM_PRO, SIL Open Font License. */"
    for weight in 400 500 600; do
        for subset in latin-ext vietnamese latin; do # where ranges overlap the later one is asked first
            file="be-vietnam-pro-$subset-$weight-normal.woff2"
            cp "letters/files/$file" "$fonts/$file"
            range=$(sed -n "s/.*unicode-range: *\([^;]*\);.*/\1/p" "letters/$subset-$weight.css")
            [ -n "$range" ] || range=$(node -p "require('./letters/unicode.json')['$subset']")
            printf '@font-face {\n  font-family: "Be Vietnam Pro";\n  font-weight: %s;\n  font-display: swap;\n' "$weight"
            printf '  src: url("../fonts/%s") format("woff2");\n  unicode-range: %s;\n}\n' "$file" "$range"
        done
    done
} >"$css"

# --- letters of printed papers: the metric twin of Times New Roman that has every Vietnamese letter
if command -v apt-get >/dev/null && command -v dpkg >/dev/null; then
    apt-get download fonts-liberation2 >/dev/null 2>&1
    dpkg -x fonts-liberation2_*.deb liberation
    cp liberation/usr/share/fonts/truetype/liberation2/LiberationSerif-*.ttf "$fonts/print/"
    cp liberation/usr/share/doc/fonts-liberation2/copyright "$fonts/print/LICENSE.liberation.txt"
    chmod 644 "$fonts/print/"*
fi

# --- icons: ours=lucide's; only what the pages use
icons="
mic mic-off camera=video camera-off=video-off hand share=screen-share share-off=screen-share-off leave=phone-off
record=circle-dot pause play stop=square users user user-plus user-check user-x clock calendar calendar-plus
calendar-check file file-text file-check=file-check-2 upload download search inbox folder book=book-open
chart=chart-column settings log-in log-out help=circle-question-mark info check check-circle=circle-check
alert-triangle=triangle-alert x x-circle=circle-x chevron-up chevron-down chevron-left chevron-right arrow-left
arrow-right menu sun moon theme=sun-moon globe text-size=a-large-small phone map-pin printer edit=pencil
trash=trash-2 lock unlock=lock-open shield=shield-check eye send message=message-square wifi wifi-off
refresh=refresh-cw bell building=landmark monitor history scale plus minus link list volume=volume-2
volume-off=volume-x external-link paperclip captions hourglass id-card door=door-open undo=undo-2 home=house
maximize filter key=key-round clipboard=clipboard-list copy sign=pen-line circle dot=circle-dot heart=heart-handshake
speech=speech languages layers tools=wrench headphones more=ellipsis
"
{
    echo '<svg xmlns="http://www.w3.org/2000/svg">'
    echo "  <!-- Written by vendor.sh. Lucide $LUCIDE, ISC licence, see LICENSE.lucide.txt. -->"
    for pair in $icons; do
        ours=${pair%%=*}
        printf '  <symbol id="%s" viewBox="0 0 24 24">' "$ours"
        tr '\n' ' ' <"lucide/icons/${pair##*=}.svg" |
            sed -e 's/<!--[^>]*-->//' -e 's/<svg[^>]*>//' -e 's/<\/svg>//' -e 's/  */ /g' -e 's/^ *//' -e 's/ *$//' -e 's/> </></g'
        printf '</symbol>\n'
    done
    echo '</svg>'
} >"$web/static/img/icons.svg"
cp lucide/LICENSE "$web/static/img/LICENSE.lucide.txt"

# --- libraries of the room: the published minified modules; bare names become neighbours, so no import map is needed
vendor="$web/static/vendor"
place() { # source target
    sed -e 's|from"preact/hooks"|from"./preact-hooks.js"|g' -e 's|from"preact"|from"./preact.js"|g' \
        -e 's|from"@preact/signals-core"|from"./signals-core.js"|g' -e '/^\/\/# sourceMappingURL/d' "$1" >"$vendor/$2"
}
place preact/dist/preact.mjs preact.js
place preact/hooks/dist/hooks.mjs preact-hooks.js
place htm/dist/htm.mjs htm.js
place signals/dist/signals.mjs signals.js
place signals-core/dist/signals-core.mjs signals-core.js
cp preact/LICENSE "$vendor/LICENSE.preact.txt"
cp htm/LICENSE "$vendor/LICENSE.htm.txt"
cp signals/LICENSE "$vendor/LICENSE.signals.txt"
cat >"$vendor/VERSIONS.txt" <<VERSIONS
preact $PREACT (MIT): preact.js, preact-hooks.js
htm $HTM (Apache-2.0): htm.js
@preact/signals $SIGNALS (MIT): signals.js
@preact/signals-core $SIGNALS_CORE (MIT): signals-core.js
VERSIONS
# The type checker reads the published types from node_modules (development only).
echo 'export * from "preact";' >"$vendor/preact.d.ts"
echo 'export * from "preact/hooks";' >"$vendor/preact-hooks.d.ts"
printf 'import htm from "htm";\nexport default htm;\n' >"$vendor/htm.d.ts"
echo 'export * from "@preact/signals";' >"$vendor/signals.d.ts"
echo 'export * from "@preact/signals-core";' >"$vendor/signals-core.d.ts"
