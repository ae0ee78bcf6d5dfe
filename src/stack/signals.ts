import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first stops in order, the second is ignored, since impatience is common, and the third forces. */
const forcedAt = 3;

/** npm and the bootstrap pass on a Ctrl-C that the terminal has already sent to all: one key press, up to three signals. */
const onePressMs = 1_000;

/**
 * Ends this process in order on the first signal and at once on the third; the ones between are ignored. The exit code
 * is the shell's: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP. Forced or not, the keeper leaves no process behind.
 */
export function stopOnSignals(stop: () => Promise<void>): void {
  let count = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  const hear = (signal: (typeof signals)[number]) => {
    const now = performance.now();
    if (now - lastAt < onePressMs) return;
    lastAt = now;
    count += 1;
    const code = 128 + constants.signals[signal];
    if (count >= forcedAt) process.exit(code);
    if (count > 1) return;
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        console.error(error);
        process.exit(code);
      },
    );
  };
  for (const signal of signals) process.on(signal, hear);
}
