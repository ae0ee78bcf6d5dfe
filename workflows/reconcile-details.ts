/** What an operator reads in the Web UI about a reconciliation, in Markdown. */

const titles = {
  nightly: 'Nightly reconciliation with Stripe',
  'on-demand': 'Reconciliation with Stripe, asked for by a person',
  adoption: 'Adoption of what Stripe has, after a restore',
};

export function progress(
  kind: keyof typeof titles,
  reconciliationId: string,
  stage: string,
  counts: Record<string, number>,
): string {
  const rows = Object.entries(counts).map(([name, count]) => `| ${name} | ${count} |`);
  return [
    `### ${titles[kind]}`,
    `Stage: **${stage}**. Evidence: \`GET /v1/reconciliations/${reconciliationId}/differences\``,
    '',
    '| what | how many |',
    '|---|---:|',
    ...rows,
    ...((counts['alerted'] ?? 0) > 0
      ? ['', '**`alerted` ones wait for a person: see "Differences" in the run book.**']
      : []),
  ].join('\n');
}
