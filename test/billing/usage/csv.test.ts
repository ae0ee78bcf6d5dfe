import assert from 'node:assert/strict';
import { csvLine } from '../../../src/billing/usage/csv.ts';

describe('A line of CSV', () => {
  it('is quoted where it has to be, and ends as RFC 4180 says', () => {
    assert.equal(csvLine(['a', null, '', 'x,y', 'say "hi"', 'two\nlines']), 'a,,,"x,y","say ""hi""","two\nlines"\r\n');
  });

  it('has no text that a spreadsheet runs', () => {
    for (const formula of [
      '=1+1',
      '+1+1',
      '-1+1',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      ' =1',
      '\u00a0=1',
      '＝1',
      '|calc',
      '-',
      '+49',
    ]) {
      const [cell] = csvLine([formula]).split('\r\n').slice(0, 1);
      assert.match(csvLine([formula]), /^"?'/, cell);
    }
  });

  it('leaves numbers numbers, below zero too', () => {
    assert.equal(csvLine(['-5', '0', '-1.50', '12345678901234567890']), '-5,0,-1.50,12345678901234567890\r\n');
  });
});
