/** What an operator reads in the Web UI about one sync, in Markdown. */

export function done(state: 'synced' | 'nothing'): string {
  return state === 'synced' ? 'At Stripe, equal to the books.' : 'Nothing is wanted at Stripe.';
}

export function backingOff(failure: { code: string; reason: string; failures: number; nextRetryAt: string }): string {
  return [
    `### Failed ${failure.failures} times, trying again`,
    `**${failure.code}**: ${failure.reason}`,
    '',
    `Next try at ${failure.nextRetryAt}. Nothing is needed from you; the signal \`dirty\` tries at once.`,
  ].join('\n');
}

export function parked(parking: { invoiceId: string; parkingNumber: number; code: string; reason: string }): string {
  const answer = {
    decisionId: '<a new UUID>',
    parkingNumber: parking.parkingNumber,
    actor: '<your name>',
    reason: '<why it will work now>',
  };
  return [
    `### Parked (number ${parking.parkingNumber}): waits for a person`,
    `**${parking.code}**: ${parking.reason}`,
    '',
    'Mend the cause, then send the update `retry` to this workflow with',
    '```json',
    JSON.stringify(answer, null, 2),
    '```',
    'A decision id that was sent before changes nothing; an answer with another parking number is refused.',
  ].join('\n');
}
