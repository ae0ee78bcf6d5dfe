import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * Mocha's list of tests; at the end it writes "<passed> <failed>" into the file that DURABILL_TEST_COUNTS names, so that
 * .ci/run reads numbers instead of text. A run that dies before its end leaves no file.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env['DURABILL_TEST_COUNTS'];
    if (file === undefined) return;
    // Hooks that fail are failures too, and mocha counts them.
    runner.once('end', () => writeFileSync(file, `${this.stats.passes} ${this.stats.failures}\n`));
  }
}
