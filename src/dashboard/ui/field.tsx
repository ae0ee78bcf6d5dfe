import { Check, ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Checkbox as AriaCheckbox,
  Select as AriaSelect,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
  TextArea,
} from 'react-aria-components';
import css from './field.module.css';

type Common = {
  label: ReactNode;
  /** What to write, or what it is for. */
  help?: ReactNode;
};

export type TextFieldProps = Omit<AriaTextFieldProps, 'children' | 'className' | 'isInvalid'> &
  Common & {
    placeholder?: string;
    rows?: number;
    /** What is wrong with what is written, where that shows before it is sent. */
    error?: string | undefined;
  };

/** A line of text, or several with `rows`. `name` is the API's field, so that a refusal of it is shown here. */
export function TextField({ label, help, placeholder, rows, error, ...props }: TextFieldProps) {
  return (
    <AriaTextField {...props} {...(error !== undefined && { isInvalid: true })} className={css['field']}>
      <Label className={css['label']}>
        {label}
        {props.isRequired !== true && <span className={css['optional']}> optional</span>}
      </Label>
      {rows === undefined ? (
        <Input className={css['input']} {...(placeholder !== undefined && { placeholder })} />
      ) : (
        <TextArea className={css['input']} rows={rows} {...(placeholder !== undefined && { placeholder })} />
      )}
      {help !== undefined && (
        <Text slot="description" className={css['help']}>
          {help}
        </Text>
      )}
      <FieldError className={css['error']}>{error}</FieldError>
    </AriaTextField>
  );
}

export type Option = { id: string; label: string; note?: string };

type SelectProps = Common & {
  name?: string;
  options: readonly Option[];
  value?: string;
  defaultValue?: string;
  onChange?: (id: string) => void;
  isRequired?: boolean;
  isDisabled?: boolean;
  placeholder?: string;
};

/** One of a few. */
export function Select({ label, help, options, value, defaultValue, onChange, placeholder, ...props }: SelectProps) {
  return (
    <AriaSelect
      {...props}
      className={css['field']}
      placeholder={placeholder ?? 'Choose'}
      {...(value !== undefined && { value })}
      {...(defaultValue !== undefined && { defaultValue })}
      {...(onChange !== undefined && { onChange: (key) => key !== null && onChange(String(key)) })}
    >
      <Label className={css['label']}>{label}</Label>
      <Button className={`${css['input']} ${css['select']}`}>
        <SelectValue className={css['value']}>
          {({ selectedText, defaultChildren, isPlaceholder }) => (isPlaceholder ? defaultChildren : selectedText)}
        </SelectValue>
        <ChevronDown size={16} aria-hidden="true" />
      </Button>
      {help !== undefined && (
        <Text slot="description" className={css['help']}>
          {help}
        </Text>
      )}
      <FieldError className={css['error']} />
      <Popover className={css['popover']}>
        <ListBox className={css['list']} items={options as Option[]}>
          {(option) => (
            <ListBoxItem id={option.id} textValue={option.label} className={css['option']}>
              {({ isSelected }) => (
                <>
                  <span className={css['tick']}>{isSelected && <Check size={16} aria-hidden="true" />}</span>
                  <span>
                    <Text slot="label">{option.label}</Text>
                    {option.note !== undefined && (
                      <Text slot="description" className={css['help']}>
                        {option.note}
                      </Text>
                    )}
                  </span>
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export function Checkbox({
  children,
  help,
  ...props
}: {
  children: ReactNode;
  help?: ReactNode;
  name?: string;
  isSelected?: boolean;
  defaultSelected?: boolean;
  isDisabled?: boolean;
  onChange?: (isSelected: boolean) => void;
}) {
  return (
    <div className={css['field']}>
      <AriaCheckbox {...props} className={css['checkbox']}>
        {({ isSelected }) => (
          <>
            <span className={css['box']}>{isSelected && <Check size={14} aria-hidden="true" strokeWidth={3} />}</span>
            <span>{children}</span>
          </>
        )}
      </AriaCheckbox>
      {help !== undefined && <span className={css['help']}>{help}</span>}
    </div>
  );
}
