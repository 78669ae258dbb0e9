import { NativeSelect } from "@mantine/core";

type Option<Value extends string> = { value: Value; label: string };

/** A choice of one among a few, with the browser's own list. */
export function SelectField<Value extends string>(props: {
  label: string;
  description?: string | undefined;
  value: Value;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  error?: string | undefined;
  hasFocus?: boolean;
}) {
  return (
    <NativeSelect
      label={props.label}
      description={props.description}
      value={props.value}
      data={[...props.options]}
      error={props.error}
      data-autofocus={props.hasFocus || undefined}
      onChange={(event) => {
        const chosen = props.options.find((option) => option.value === event.currentTarget.value);
        if (chosen !== undefined) {
          props.onChange(chosen.value);
        }
      }}
    />
  );
}
