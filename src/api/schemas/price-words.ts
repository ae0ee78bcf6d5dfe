import { Type } from 'typebox';

export const number = (description: string, example: string) =>
  Type.String({ pattern: '^\\d{1,30}(\\.\\d{1,20})?$', description, examples: [example] });
export const aboveZero = (description: string, example: string) =>
  Type.String({ pattern: '^(?=.*[1-9])\\d{1,30}(\\.\\d{1,20})?$', description, examples: [example] });
/** Amounts may have more digits than the currency: rounding is done once, at the end of the line. */
export const amount = (description: string, example: string, more = '') =>
  number(
    `${description}, in major units (dollars, not cents) as a decimal in quotes; any number of digits${more}`,
    example,
  );
export const optionalAmount = (...[description, example, more]: Parameters<typeof amount>) =>
  Type.Optional(amount(description, example, more));
export const key = (description: string, example: string) =>
  Type.String({ pattern: '^[a-z][a-z0-9_-]{0,62}$', description, examples: [example] });
export const choice = <const Values extends readonly string[]>(values: Values, description: string, example: string) =>
  Type.Enum([...values] as string[], { type: 'string', description, examples: [example] });
