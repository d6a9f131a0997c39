// Elements of which only their events tell when what they load can be shown. Used by readiness.ts and sprites.ts.

/** Keeps an element in `loading` until it has what it loads, or has failed to get it. */
export function keepUntilLoaded<Loading extends Element>(loading: Set<Loading>, element: Loading): void {
  loading.add(element);
  const over = (): void => { loading.delete(element); };
  for (const end of ['load', 'error']) element.addEventListener(end, over, { once: true });
}
