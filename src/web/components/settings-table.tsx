import type { SettingInForce } from "../../contract/index.ts";
import { settingsText, sourceText, valueText } from "../settings-text.ts";
import { TableHead } from "../ui/table-head.tsx";
import classes from "./settings-table.module.css";

const words = settingsText.columns;

/** One row per setting; what is not at its default stands out, by weight and in words. */
export function SettingsTable({ settings }: { settings: readonly SettingInForce[] }) {
  return (
    <table className={classes.table}>
      <TableHead columns={[words.name, words.value, words.source, words.meaning]} />
      <tbody>
        {settings.map((setting) => (
          <SettingRow key={setting.name} setting={setting} />
        ))}
      </tbody>
    </table>
  );
}

function SettingRow({ setting }: { setting: SettingInForce }) {
  const isDefault = setting.source === "default";
  return (
    <tr data-default={isDefault || undefined}>
      <th scope="row" className={classes.name} title={setting.flag}>
        {setting.name}
      </th>
      <td className={classes.value}>{valueText(setting)}</td>
      <td className={classes.source}>{sourceText(setting)}</td>
      <td className={classes.meaning}>
        {setting.description}
        {!isDefault && <span className={classes.usual}> {settingsText.defaultIs(setting.default)}</span>}
      </td>
    </tr>
  );
}
