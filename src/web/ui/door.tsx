import type { ReactNode } from "react";
import classes from "./door.module.css";

/** The frame of the pages in front of the login: one narrow column. */
export function Door(props: { product: string; title: string; context: string; children: ReactNode }) {
  return (
    <main className={classes.door}>
      <div className={classes.column}>
        <div className={classes.brand}>
          <img src="/favicon.svg" alt="" width="28" height="28" />
          {props.product}
        </div>
        <h1 className={classes.title}>{props.title}</h1>
        <p className={classes.context}>{props.context}</p>
        {props.children}
      </div>
    </main>
  );
}
