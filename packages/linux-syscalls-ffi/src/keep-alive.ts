/**
 * Keeps the process running until the function that it gives is called: a promise that only a
 * signal can settle does not do that by itself.
 */
export function keepAlive(): () => void {
  const timer = setInterval(() => undefined, 2 ** 31 - 1);
  return () => clearInterval(timer);
}
