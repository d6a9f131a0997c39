// Methods of a replayed window, replaced by ours around them.

type Call = (self: object, args: unknown[]) => unknown;

/** Replaces a method; the replacement gets the original, what it was called on and its arguments. */
export function intercept(
  holder: object,
  name: string,
  replacement: (original: Call, self: object, args: unknown[]) => unknown,
): void {
  const method = Reflect.get(holder, name) as (...args: unknown[]) => unknown;
  const original: Call = (self, args) => Reflect.apply(method, self, args);
  Reflect.set(holder, name, function (this: object, ...args: unknown[]) {
    return replacement(original, this, args);
  });
}

/** Replaces what is done when a property is set. */
export function interceptSetting(
  holder: object,
  name: string,
  replacement: (original: Call, self: object, args: unknown[]) => unknown,
): void {
  const property = Object.getOwnPropertyDescriptor(holder, name);
  if (!property?.set) return;
  intercept(property, 'set', replacement);
  Object.defineProperty(holder, name, property);
}
