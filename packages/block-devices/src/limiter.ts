/** Runs a job now or when one before it has ended. */
export type Limiter = <Result>(job: () => Promise<Result>) => Promise<Result>;

/** Makes a {@link Limiter} that runs at most `most` jobs side by side, in the order in which they came. */
export function limitTo(most: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (job) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
