import {
  Activity,
  ChartColumn,
  CircleParking,
  CirclePause,
  CircleUser,
  CodeXml,
  Eraser,
  FilePenLine,
  FileText,
  FlaskConical,
  House,
  type LucideIcon,
  Mail,
  MailX,
  Scale,
  ScrollText,
  Settings,
  ShieldCheck,
  Tags,
  Users,
  Workflow,
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

/** The operators' pages. The first four stand at the bottom of a phone. */
export const operatorNavigation: NavigationItem[] = [
  { to: '/operations', label: 'Today', icon: Activity, end: true },
  { to: '/operations/drafts', label: 'Drafts', icon: FilePenLine },
  { to: '/operations/parked', label: 'Parked', icon: CircleParking },
  { to: '/operations/customers', label: 'Customers', icon: Users },
  { to: '/operations/developers', label: 'Developers', icon: CodeXml },
  { to: '/operations/invoices', label: 'Invoices', icon: FileText },
  { to: '/operations/runs', label: 'Runs', icon: Workflow },
  { to: '/operations/corrections', label: 'Corrections', icon: Eraser },
  { to: '/operations/plans', label: 'Plans', icon: Tags },
  { to: '/operations/dead-letters', label: 'Dead letters', icon: MailX },
  { to: '/operations/reconciliation', label: 'Reconciliation', icon: Scale },
  { to: '/operations/messages', label: 'Messages', icon: Mail },
  { to: '/operations/pauses', label: 'Pauses', icon: CirclePause },
  { to: '/operations/audit', label: 'Audit trail', icon: ScrollText },
  { to: '/operations/settings', label: 'Settings', icon: Settings },
  { to: '/operations/security', label: 'Your account', icon: ShieldCheck },
];
