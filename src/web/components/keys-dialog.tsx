import { Fragment } from "react";
import { listText } from "../task-list-text.ts";
import { text } from "../text.ts";
import { Dialog } from "../ui/dialog.tsx";
import classes from "./keys-dialog.module.css";

const selectionPlace = 2;
const groups = text.keys.groups.toSpliced(selectionPlace, 0, listText.keys);

/** The list of keys, on `?`. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={text.keys.title} onClose={onClose}>
      <div className={classes.groups}>
        {groups.map((group) => (
          <section key={group.name}>
            <h2 className={classes.name}>{group.name}</h2>
            <dl className={classes.keys}>
              {group.keys.map(([key, meaning]) => (
                <Fragment key={key}>
                  <dt>
                    {key.split(" ").map((part) => (
                      <kbd key={part} className={classes.key}>
                        {part}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{meaning}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
