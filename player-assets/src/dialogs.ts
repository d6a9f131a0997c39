// Modal dialogs, closed for good. rrweb closes them by their attribute, which leaves the rest of the page without the focus
// that it then gets. Called by contents.ts.

import type { Content, Followed } from './content';

export class Dialogs implements Content {
  follow({ element }: Followed): void {
    if (element.localName !== 'dialog') return;
    const dialog = element as HTMLDialogElement;
    if (dialog.open || !dialog.matches(':modal')) return;
    dialog.open = true;
    dialog.close();
  }
}
