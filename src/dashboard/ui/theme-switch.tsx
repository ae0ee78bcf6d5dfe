import { Monitor, Moon, Sun } from 'lucide-react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { setTheme, type Theme, useTheme } from './theme.ts';
import css from './theme-switch.module.css';

const choices = [
  { id: 'system', label: 'As the system', icon: Monitor },
  { id: 'light', label: 'Light', icon: Sun },
  { id: 'dark', label: 'Dark', icon: Moon },
] as const;

export function ThemeSwitch() {
  const theme = useTheme();
  return (
    <ToggleButtonGroup
      aria-label="Colours"
      className={css['group']}
      disallowEmptySelection
      selectedKeys={[theme]}
      onSelectionChange={([chosen]) => setTheme(chosen as Theme)}
    >
      {choices.map(({ id, label, icon: Icon }) => (
        <ToggleButton key={id} id={id} aria-label={label} className={css['choice']}>
          <Icon size={16} aria-hidden="true" />
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
