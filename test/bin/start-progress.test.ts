import assert from 'node:assert/strict';
import { rateText, reportProgress, workText } from '../../src/bin/start/progress.ts';

describe('what npm start tells on its way', () => {
  /** Where its lines go when there is no terminal. */
  function openLog() {
    const lines: string[] = [];
    const output = { isTTY: false, write: (line: string) => lines.push(line) } as unknown as NodeJS.WriteStream;
    return { lines, reporter: reportProgress(output) };
  }

  it('is one line a stage without a terminal, then one for each counter with its rate', () => {
    const { lines, reporter } = openLog();
    reporter.stage('Customers');
    reporter.progress('customers ready', 1, 3_969);
    reporter.progress('customers ready', 3_969, 3_969);
    reporter.stage('October 2013: invoices');
    reporter.progress('customers ready', 3_969, 3_969);
    reporter.note('already billed');
    reporter.finished('customers ready', { count: 3_969, seconds: 12.5 });
    reporter.done();
    assert.deepEqual(
      lines.map((line) => line.replace(/\(\d+\.\d s\)/, '(… s)')),
      [
        'Customers, 3,969 of 3,969 customers ready (… s)\n',
        'October 2013: invoices, already billed (… s)\n',
        '  customers ready    3,969 in 12.5 s, 318/s\n',
      ],
    );
  });

  it('writes a rate with a digit behind the point only where it matters', () => {
    assert.deepEqual([9_731.4, 100, 24.46, 0.25, 0].map(rateText), ['9,731/s', '100/s', '24.5/s', '0.3/s', '0/s']);
    assert.equal(workText({ count: 0, seconds: 0 }), '0 in 0.0 s, 0/s');
  });
});
