// The notice board's behaviour: a note that is ticked off fades.
// Loaded by index.html; the recorded visit is visits/resize.mjs.
/* global document */

for (const note of document.querySelectorAll('article')) {
  note.querySelector('input')?.addEventListener('change', () => note.classList.toggle('done'));
}
