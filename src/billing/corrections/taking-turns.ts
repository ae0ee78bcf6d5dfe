const maxTries = 5;

/**
 * Runs a transaction once more where PostgreSQL has ended it so that another one could go on: corrections lock customers
 * before invoices, a billing run the other way round where it writes both.
 */
export async function takingTurns<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (code !== deadlockDetected || tries === maxTries) throw error;
    }
  }
}

const deadlockDetected = '40P01';
