import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { Link, type LinkProps } from 'react-router';
import css from './button.module.css';

type Kind = 'primary' | 'secondary' | 'quiet' | 'danger';
type Look = { kind?: Kind; size?: 'normal' | 'small'; icon?: ReactNode };

const classOf = (kind: Kind, size: 'normal' | 'small') =>
  `${css['button']} ${css[kind]} ${size === 'small' ? css['small'] : ''}`;

export type ButtonProps = Omit<AriaButtonProps, 'className' | 'children'> & Look & { children?: ReactNode };

/** Does something. While `isPending` it says so, keeps its focus and takes no second press. */
export function Button({
  kind = 'secondary',
  size = 'normal',
  icon,
  children,
  isPending = false,
  ...props
}: ButtonProps) {
  // React Aria has this too, and announces it by an element whose name goes away before the element does.
  const waiting = isPending ? { onPress: undefined, 'aria-disabled': true } : {};
  return (
    <AriaButton {...props} {...waiting} className={classOf(kind, size)}>
      {isPending ? <LoaderCircle className={css['spin']} size={16} aria-hidden="true" /> : icon}
      {children}
      {isPending && <span className="sr-only"> (working)</span>}
    </AriaButton>
  );
}

/** Goes somewhere inside these pages, and looks like a button. */
export function ButtonLink({ kind = 'secondary', size = 'normal', icon, children, ...props }: LinkProps & Look) {
  return (
    <Link {...props} className={classOf(kind, size)}>
      {icon}
      {children}
    </Link>
  );
}

type OutwardProps = Look & { href: string; download?: boolean | string; newTab?: boolean; children: ReactNode };

/** Leaves these pages, or fetches a file: a document, or the page where Stripe takes a payment. */
export function ButtonAnchor({
  kind = 'secondary',
  size = 'normal',
  icon,
  newTab = false,
  children,
  ...props
}: OutwardProps) {
  return (
    <a {...props} {...(newTab && { target: '_blank', rel: 'noreferrer' })} className={classOf(kind, size)}>
      {icon}
      {children}
      {newTab && <span className="sr-only"> (opens in a new tab)</span>}
    </a>
  );
}
