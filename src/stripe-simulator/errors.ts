/** The four values that Stripe's `error.type` can take on the wire; SDK classes are derived from them and the status. */
export type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

export interface ErrorBody {
  error: {
    type: ErrorType;
    message: string;
    code?: string;
    param?: string;
    doc_url?: string;
    request_log_url?: string;
    advice_code?: string;
    charge?: string;
    decline_code?: string;
    payment_intent?: object;
    payment_method?: object;
  };
}

interface Particulars {
  code?: string;
  param?: string;
  status?: number;
  type?: ErrorType;
  headers?: Record<string, string>;
}

/** A request that Stripe answers with an error. Handlers throw it; the pipeline turns it into status, headers and body. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Record<string, string>;

  constructor(message: string, particulars: Particulars = {}) {
    super(message);
    const { code, param, status = 400, type = 'invalid_request_error', headers = {} } = particulars;
    this.status = status;
    this.headers = headers;
    this.body = {
      error: {
        type,
        message,
        ...(code === undefined ? {} : { code, doc_url: documentation(code) }),
        ...(param === undefined ? {} : { param }),
      },
    };
  }
}

/** What a card error says besides code and message. */
type DeclineDetails = Pick<
  ErrorBody['error'],
  'advice_code' | 'charge' | 'decline_code' | 'payment_intent' | 'payment_method'
>;

/** A refused card: 402. Unlike other refusals it is the outcome of an attempt, and what the attempt wrote stays. */
export class CardDeclined extends Refusal {
  constructor(message: string, code: string, details: DeclineDetails) {
    super(message, { type: 'card_error', status: 402, code });
    Object.assign(this.body.error, details);
  }
}

function documentation(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
}

/** A 400 that names its parameter and, as most state refusals at Stripe, carries no code. */
export function invalid(message: string, param?: string): Refusal {
  return new Refusal(message, param === undefined ? {} : { param });
}

export function unknownParameters(params: readonly string[]): Refusal {
  const noun = params.length === 1 ? 'parameter' : 'parameters';
  return new Refusal(`Received unknown ${noun}: ${params.join(', ')}`, {
    code: 'parameter_unknown',
    ...(params[0] === undefined ? {} : { param: params[0] }),
  });
}

export function missingParameter(param: string): Refusal {
  return new Refusal(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
}

export function emptyParameter(param: string): Refusal {
  return new Refusal(`'${param}' was passed as an empty string, which means unset, but it cannot be unset.`, {
    code: 'parameter_invalid_empty',
    param,
  });
}

export function exclusiveParameters(names: readonly string[], param: string): Refusal {
  return invalid(`You may only specify one of these parameters: ${names.join(', ')}.`, param);
}

/**
 * A reference to an object that is not there. In the path Stripe answers 404; in a parameter or a cursor 400.
 * `param` in the path differs by endpoint (`invoice` or `id`), as recorded from live answers.
 */
export function resourceMissing(noun: string, id: string, param: string, place: 'path' | 'parameter'): Refusal {
  return new Refusal(`No such ${noun}: '${id}'`, {
    code: 'resource_missing',
    param,
    status: place === 'path' ? 404 : 400,
  });
}

export function unauthorized(message: string, code?: string): Refusal {
  return new Refusal(message, { status: 401, ...(code === undefined ? {} : { code }) });
}

export function keyMismatch(key: string): Refusal {
  return new Refusal(
    `Keys for idempotent requests can only be used with the endpoint and parameters they were first used with. Key: '${key}'.`,
    { type: 'idempotency_error' },
  );
}

export function keyInUse(key: string): Refusal {
  return new Refusal(`Another request that uses the idempotency key '${key}' is still in progress.`, {
    code: 'idempotency_key_in_use',
    status: 409,
  });
}

/** Stripe's own failure: neither success nor failure may be concluded from it. */
export function serverError(message: string, headers: Record<string, string> = {}): Refusal {
  return new Refusal(message, { status: 500, type: 'api_error', headers });
}

/** A parameter that Stripe knows and this simulator does not carry; refused, since ignoring it would lie. */
export function beyondSimulator(param: string): Refusal {
  return invalid(`The local simulator does not carry '${param}'; use a Stripe sandbox for it.`, param);
}
