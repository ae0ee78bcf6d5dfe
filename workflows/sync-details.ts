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

export function waitingForSlot(): string {
  return 'Waits for a free slot: as many invoices as are allowed are on their way to Stripe. Nothing is needed from you.';
}

export function parked(parking: { invoiceId: string; parkingNumber: number; code: string; reason: string }): string {
  const answer = {
    decisionId: '<a new UUID>',
    parkingNumber: parking.parkingNumber,
    actor: '<who you are, as your team knows it>',
    reason: '<why it will work now>',
  };
  return [
    `### Parked (number ${parking.parkingNumber}): waits for a person`,
    `**${parking.code}**: ${parking.reason}`,
    '',
    `Stripe's own words, if it had any, are with the attempts of invoice ${parking.invoiceId} in PostgreSQL.`,
    '',
    'Mend the cause, then send the update `retry` to this workflow with',
    '```json',
    JSON.stringify(answer, null, 2),
    '```',
    'A decision id that was sent before changes nothing; an answer with another parking number is refused.',
  ].join('\n');
}
