import css from './parts.module.css';

/** Text of a machine in its own box, which scrolls inside of itself, by the keyboard too. */
export function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section aria-label={label} tabIndex={0} className={css['code']}>
      <code>{text}</code>
    </section>
  );
}
