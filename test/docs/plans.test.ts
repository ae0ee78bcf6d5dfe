import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { planFileForEditors } from '../../src/api/schemas/plan-file.ts';
import { currencies } from '../../src/domain/money/currency.ts';
import { modelNames } from '../../src/domain/rating/models/index.ts';
import { type PlanFile, parsePlanFile } from '../../src/domain/rating/plan.ts';

describe('docs/plans.md', () => {
  const page = readFileSync(new URL('../../docs/plans.md', import.meta.url), 'utf8');
  const [first, ...others] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => parse(text as string));
  const isValid = new Ajv({ strict: true, validateFormats: false }).compile(planFileForEditors(currencies));
  const check = (file: unknown): PlanFile => {
    assert.ok(isValid(file), JSON.stringify(isValid.errors));
    return parsePlanFile(file);
  };

  it('shows a file and prices that are read', () => {
    check(first);
    for (const prices of others) check({ ...first, plans: [{ ...first.plans[0], prices }] });
  });

  it('shows every model', () => {
    const shown = others.flat().map(({ model }) => model);
    assert.deepEqual(shown.toSorted(), modelNames.toSorted());
  });
});
