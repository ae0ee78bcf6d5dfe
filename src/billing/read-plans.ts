import { differencesOf } from '../domain/rating/differences.ts';
import { type PlanFile, parsePlanFile } from '../domain/rating/plan.ts';
import { DurabillError, isDurabillError } from '../errors/error.ts';

export type { PlanFile };

/**
 * Reads the content of a plan file, parsed from YAML or JSON. The field of a refusal is the path in it.
 * @param whole what the content as a whole is called there, such as `body`
 * @throws DurabillError plan-invalid, price-invalid, meter-invalid, decimal-invalid, currency-unknown
 */
export function readPlans(content: unknown, whole: string): PlanFile {
  try {
    return parsePlanFile(content);
  } catch (error) {
    if (!isDurabillError(error) || !error.field?.startsWith('file')) throw error;
    // The reader calls the whole "file", which no path in the file begins with.
    const { code, field, message: reason, mend } = error;
    throw new DurabillError(code, { field: field.replace(/^file\.?/, '') || whole, reason, mend });
  }
}

/**
 * Puts a further file to a set of them: each plan is in one file, and a meter may be in several if it is the same.
 * @throws DurabillError plan-invalid, meter-invalid, with the path in the further file
 */
export function addPlans(set: PlanFile, next: PlanFile): PlanFile {
  for (const [index, meter] of next.meters.entries()) {
    const other = set.meters.find(({ key }) => key === meter.key);
    const [difference] = other === undefined ? [] : differencesOf(other, meter);
    if (difference !== undefined) {
      throw new DurabillError('meter-invalid', {
        field: `meters[${index}].${difference.field}`,
        reason: `The meter "${meter.key}" is in another file of the set too, with another ${difference.field.split('.')[0]}.`,
        mend: 'Write the meter alike in both files, or give one of them another key.',
      });
    }
  }
  for (const [index, { key }] of next.plans.entries()) {
    if (!set.plans.some((plan) => plan.key === key)) continue;
    throw new DurabillError('plan-invalid', {
      field: `plans[${index}].key`,
      reason: `The plan "${key}" is in another file of the set too.`,
      mend: 'Keep it in one file, or give one of them another key.',
    });
  }
  const isNew = (meter: { key: string }) => !set.meters.some(({ key }) => key === meter.key);
  return { meters: [...set.meters, ...next.meters.filter(isNew)], plans: [...set.plans, ...next.plans] };
}
