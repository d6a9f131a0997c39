// The drawings of the goods: flat SVG shapes on a 200 x 160 field, standing at y = 134.
// Used by products.js; the classes (g glaze, c bare clay, s shade, l light, ...) are in catalogue.css.

/** @param {number} width */
const ground = (width) => `<ellipse class="s" cx="100" cy="135" rx="${width}" ry="6"/>`;

export const art = {
  mug: `${ground(52)}
    <path class="gs" d="M128 68h8a17 17 0 0 1 17 17v1a19 19 0 0 1-19 19h-8" stroke-width="10"/>
    <path class="c" d="M58 50h74v60a24 24 0 0 1-24 24H82a24 24 0 0 1-24-24z"/>
    <path class="g" d="M58 50h74v48c-12 8-25-4-37 2s-25 4-37-2z"/>
    <path class="s" d="M116 50h16v60a24 24 0 0 1-24 24h-8c10-2 16-12 16-24z"/>
    <ellipse class="g" cx="95" cy="50" rx="37" ry="9"/><ellipse class="d" cx="95" cy="51" rx="31" ry="6"/>`,
  teapot: `${ground(62)}
    <path class="g" d="M140 92l30-26 8 6-24 42z"/>
    <path class="w" d="M66 74L28 56a6 6 0 0 0-6 10l40 26z"/>
    <path class="g" d="M46 98c0-28 24-44 54-44s54 16 54 44c0 22-20 36-54 36s-54-14-54-36z"/>
    <path class="s" d="M128 61c16 7 26 20 26 37 0 22-20 36-54 36 26-4 40-18 40-38 0-14-4-26-12-35z"/>
    <path class="l" d="M62 90c2-12 10-20 22-24-8 8-12 16-13 26z"/>
    <ellipse class="d" cx="100" cy="56" rx="30" ry="6"/>
    <path class="g" d="M72 54c4-10 16-14 28-14s24 4 28 14c-14 5-42 5-56 0z"/>
    <circle class="w" cx="100" cy="35" r="8"/>`,
  bowl: `${ground(46)}
    <path class="r" d="M120 24l36 38M132 20l32 40" stroke-width="5"/>
    <path class="g" d="M36 62h128c0 38-22 66-48 68v4H84v-4c-26-2-48-30-48-68z"/>
    <path class="c" d="M58 111c8 11 17 18 26 19v4h32v-4c9-1 18-8 26-19-28 7-56 7-84 0z"/>
    <path class="s" d="M140 62h24c0 38-22 66-48 68v4h-14c24-10 38-38 38-72z"/>
    <ellipse class="g" cx="100" cy="62" rx="64" ry="12"/><ellipse class="d" cx="100" cy="63" rx="55" ry="8"/>`,
  vase: `${ground(36)}
    <path class="r" d="M98 44c-2-16-10-24-20-30M102 44c0-16 6-26 18-34" stroke-width="3"/>
    <ellipse class="leaf" cx="76" cy="14" rx="12" ry="6" transform="rotate(30 76 14)"/>
    <ellipse class="leaf" cx="122" cy="12" rx="13" ry="6" transform="rotate(-40 122 12)"/>
    <ellipse class="leaf" cx="112" cy="30" rx="10" ry="5" transform="rotate(-20 112 30)"/>
    <path class="g" d="M88 42h24v22c0 8 26 16 26 40 0 20-14 30-38 30s-38-10-38-30c0-24 26-32 26-40z"/>
    <path class="s" d="M104 42h8v22c0 8 26 16 26 40 0 20-14 30-38 30 20-4 26-16 26-30 0-22-22-32-22-42z"/>
    <path class="l" d="M72 106c0-12 6-18 13-23-4 8-5 15-5 23z"/>
    <ellipse class="d" cx="100" cy="43" rx="12" ry="3"/>`,
  plate: `${ground(40)}
    <circle class="c" cx="100" cy="78" r="58"/><circle class="g" cx="100" cy="78" r="54"/>
    <circle class="s" cx="100" cy="78" r="38"/><circle class="g" cx="102" cy="80" r="36"/>
    <path class="l" d="M58 66c6-18 18-28 36-32-14 8-22 18-26 34z"/>`,
  planter: `${ground(44)}
    <path class="leaf" d="M100 72C84 60 66 56 60 30c24 4 36 18 40 42zM100 72c-6-24 0-44 12-60 12 18 6 42-12 60zM100 72c6-22 20-34 44-36-6 22-22 32-44 36z"/>
    <path class="g" d="M54 68h92l-8 56a12 12 0 0 1-12 10H74a12 12 0 0 1-12-10z"/>
    <path class="s" d="M124 68h22l-8 56a12 12 0 0 1-12 10h-16c8-2 10-6 11-10z"/>
    <path class="c" d="M50 62h100v14H50z"/>`,
  carafe: `${ground(40)}
    <path class="g" d="M76 26h48l-8 38c24 10 32 26 32 44 0 18-14 26-48 26s-48-8-48-26c0-18 8-34 32-44z"/>
    <path class="s" d="M110 26h14l-8 38c24 10 32 26 32 44 0 18-14 26-48 26 26-2 34-12 34-26 0-18-14-34-30-42z"/>
    <path class="w" d="M81 54h38l-2 16c-11 3-23 3-34 0z"/>
    <path class="l" d="M64 106c0-10 4-18 12-24-3 8-4 16-4 24z"/>
    <ellipse class="d" cx="100" cy="27" rx="23" ry="4"/>`,
  candle: `${ground(54)}
    <path class="flame" d="M100 10c10 12 12 18 12 24a12 12 0 0 1-24 0c0-6 2-12 12-24z"/>
    <path class="p" d="M90 50h20v54H90z"/><path class="r" d="M100 50v-9" stroke-width="3"/>
    <path class="g" d="M76 94h48v14H76z"/>
    <path class="g" d="M44 108h112c-2 18-16 26-56 26s-54-8-56-26z"/>
    <path class="s" d="M132 108h24c-2 18-16 26-56 26 22-4 30-12 32-26z"/>
    <path class="gs" d="M150 114c16-8 22 10 2 14" stroke-width="7"/>`,
  board: `${ground(58)}
    <path class="w" d="M40 60a14 14 0 0 1 14-14h78a14 14 0 0 1 14 14v4h16a8 8 0 0 1 8 8v16a8 8 0 0 1-8 8h-16v24a14 14 0 0 1-14 14H54a14 14 0 0 1-14-14z"/>
    <path class="grain" d="M48 66h88M48 84h88M48 102h88M48 120h88"/>
    <circle class="d" cx="158" cy="80" r="5"/>
    <path class="g" d="M66 92a26 26 0 1 1 52 0 26 26 0 0 1-52 0z"/><circle class="s" cx="92" cy="92" r="17"/>`,
  butter: `${ground(66)}
    <path class="c" d="M30 114h140l-8 14a12 12 0 0 1-10 6H48a12 12 0 0 1-10-6z"/>
    <path class="g" d="M46 114V86a24 24 0 0 1 24-24h60a24 24 0 0 1 24 24v28z"/>
    <path class="s" d="M124 62h6a24 24 0 0 1 24 24v28h-20V86c0-12-4-20-10-24z"/>
    <path class="l" d="M58 100V88a14 14 0 0 1 12-14c-4 8-4 16-4 26z"/>
    <circle class="w" cx="100" cy="54" r="10"/>`,
  lamp: `<path class="r" d="M100 0v40" stroke-width="3"/>
    <path class="w" d="M90 34h20v16H90z"/>
    <path class="glow" d="M44 102l-24 58h160l-24-58z"/>
    <path class="g" d="M88 48h24c28 6 42 26 46 54H42c4-28 18-48 46-54z"/>
    <path class="s" d="M108 48h4c28 6 42 26 46 54h-24c-2-26-10-46-26-54z"/>
    <ellipse class="c" cx="100" cy="102" rx="58" ry="7"/><circle class="flame" cx="100" cy="104" r="9"/>`,
  jar: `${ground(44)}
    <path class="g" d="M56 64h88v54a16 16 0 0 1-16 16H72a16 16 0 0 1-16-16z"/>
    <path class="c" d="M56 110h88v8a16 16 0 0 1-16 16H72a16 16 0 0 1-16-16z"/>
    <path class="s" d="M124 64h20v54a16 16 0 0 1-16 16h-16c8-2 12-8 12-16z"/>
    <path class="w" d="M50 50h100v16H50z"/><path class="w" d="M88 36h24v14H88z"/><path class="s" d="M50 62h100v4H50z"/>
    <path class="p" d="M76 80h40v18H76z"/><path class="grain" d="M82 87h28M82 92h18"/>`,
};
