import type { CustomerWords } from './words/reader.ts';

/**
 * An error. `status` is the HTTP status of the API's problem+json answer (RFC 9457); `title` is for engineers and operators;
 * `mend` is the operator's next step; `customer` is what a customer may read, null where none can ever meet it.
 */
export type Catalogued = {
  readonly status: number;
  readonly title: string;
  readonly customer: CustomerWords | null;
  readonly mend: string;
};
