import {
  Activity,
  ChartColumn,
  CircleUser,
  CodeXml,
  FileText,
  FlaskConical,
  House,
  type LucideIcon,
  Users,
} from 'lucide-react';

export type NavigationItem = {
  to: string;
  label: string;
  icon: LucideIcon;
  /** Open only at exactly this address, not below it. */
  end?: boolean;
};

/** A customer's pages, mounted at a base: '' for the customer. The first four stand at the bottom of a phone. */
export function customerNavigation(base: string): NavigationItem[] {
  return [
    { to: base === '' ? '/' : base, label: 'Overview', icon: House, end: true },
    { to: `${base}/usage`, label: 'Usage', icon: ChartColumn },
    { to: `${base}/invoices`, label: 'Invoices', icon: FileText },
    { to: `${base}/what-if`, label: 'What if', icon: FlaskConical },
    { to: `${base}/account`, label: 'Account', icon: CircleUser },
    { to: `${base}/developers`, label: 'Developers', icon: CodeXml },
  ];
}

/** The operators' pages. */
export const operatorNavigation: NavigationItem[] = [
  { to: '/operations', label: 'Today', icon: Activity, end: true },
  { to: '/operations/customers', label: 'Customers', icon: Users },
];
