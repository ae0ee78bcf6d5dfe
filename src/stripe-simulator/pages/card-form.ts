import { escapeHtml } from './frame.ts';

/** The cards that most people try here; every test card of Stripe's list is taken. */
const suggested: readonly (readonly [number: string, what: string])[] = [
  ['4242424242424242', 'is accepted'],
  ['4000002760003184', 'has to be confirmed'],
  ['4000000000000341', 'is saved, and declined at each payment'],
  ['4000000000009995', 'has insufficient funds'],
  ['4000000000000002', 'is declined'],
  ['4000000000000259', 'is disputed afterwards'],
];

/** A form for a test card; while one waits for its owner's consent, the question for that. @param said what went wrong */
export function cardForm(verb: string, waitsForConsent: boolean, said: string | null): string {
  const message = said === null ? '' : `<p role="alert"><span class="tag bad">${escapeHtml(said)}</span></p>`;
  if (waitsForConsent) {
    return `${message}<form method="post"><p>The bank asks: is this you?</p>
      <button name="consent" value="given">Yes, confirm</button><button name="consent" value="refused">No</button></form>`;
  }
  const options = suggested.map(([number, what]) => `<option value="${number}">${what}</option>`).join('');
  return `${message}<form method="post">
    <label>Test card<input name="number" inputmode="numeric" autocomplete="off" required list="cards"
      value="4242424242424242"></label><datalist id="cards">${options}</datalist>
    <button>${escapeHtml(verb)}</button></form>`;
}
