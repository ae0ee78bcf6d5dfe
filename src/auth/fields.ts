import { DurabillError } from '../errors/error.ts';

/** An address as accounts are known by it: nobody's mail differs by the case of letters. @throws DurabillError request-invalid */
export function readAddress(value: string, field = 'email'): string {
  const email = value.trim().toLowerCase();
  if (email.length <= 320 && /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(email)) return email;
  throw new DurabillError('request-invalid', { field, reason: 'The address is no e-mail address.' });
}

/** A name stands in mails of ours, where an address in it would be clicked on. @throws DurabillError request-invalid */
export function readName(value: string, field = 'name'): string {
  const name = value.trim();
  const length = [...name].length;
  if (length >= 1 && length <= 255 && !/\p{Cc}|:\/\//u.test(name) && name.isWellFormed()) return name;
  const reason = 'The name is empty, too long, not plain text, or has an address in it.';
  throw new DurabillError('request-invalid', { field, reason });
}
