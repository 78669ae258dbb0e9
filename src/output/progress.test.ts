import { describe, expect, it } from "vitest";
import { type Progress, ProgressParser } from "./progress.ts";

/** What is said last, and what the unfinished line says once nothing has come for a while. */
function parse(...pieces: string[]): { said: Progress | undefined; rest: Progress | undefined } {
  const parser = new ProgressParser();
  let said: Progress | undefined;
  for (const piece of pieces) {
    const latest = parser.read(Buffer.from(piece), { isContinued: true });
    said = latest === undefined ? said : latest;
  }
  return { said, rest: parser.rest() };
}

function latest(...pieces: string[]): Progress | undefined {
  const { said, rest } = parse(...pieces);
  return rest === undefined ? said : rest;
}

const spaces = " ".repeat(79);

/** As these programs wrote it, shortened; rsync, scp, pv, yt-dlp and apt's download line by their sources. */
const programs: { program: string; text: string; progress: number }[] = [
  { program: "curl --progress-bar", text: "####                 76.7%\r#####                83.3%\r", progress: 0.833 },
  { program: "curl's end", text: "\r##### 96.7%\r################ 100.0%\n", progress: 1 },
  { program: "wget's bar", text: "\rf     66%[====>   ]   1.92M  1.91MB/s     \r", progress: 0.66 },
  { program: "wget's end", text: "\rf  93%[==>]  2M \rf 100%[===>]   2.86M  1.96MB/s    in 1.5s    \n\n", progress: 1 },
  { program: "wget on a terminal", text: "\rf 100%[===>]   2.86M  1.78MB/s    in 1.6s    \r\n\r\n", progress: 1 },
  { program: "tqdm", text: "\rEpoch 1:  75%|███████▌  | 15/20 [00:01<00:00,  9.04it/s]\r", progress: 0.75 },
  { program: "git", text: "Resolving deltas:  95% (446/469)\rResolving deltas:  96% (451/469)\r", progress: 0.96 },
  { program: "git's end", text: "\rResolving deltas: 100% (469/469), done.\n", progress: 1 },
  { program: "git receiving", text: "\rReceiving objects:  42% (123/291), 1.20 MiB | 1.10 MiB/s\r", progress: 0.42 },
  {
    program: "xz",
    text: "\r\r 90.1 %         51.6 MiB / 51.6 MiB = 0.999   2.8 MiB/s       0:18   1 s\r",
    progress: 0.901,
  },
  { program: "zstd", text: `\r${spaces}\rRead:  24.0 MiB /  57.2 MiB ==> 42%\r${spaces}\r`, progress: 0.42 },
  { program: "apt reading", text: "\rReading package lists... 0%\r\rReading package lists... 12%\r\r", progress: 0.12 },
  { program: "apt loading", text: "\r42% [5 Sources 1,234 kB/5,678 kB 22%]        1,234 kB/s 5s\r", progress: 0.42 },
  { program: "dpkg", text: "(Reading database ... \r(Reading database ... 45%\r", progress: 0.45 },
  { program: "rsync", text: "\r      1,234,567  42%    1.23MB/s    0:00:10 (xfr#1, to-chk=3/5)\r", progress: 0.42 },
  { program: "scp", text: "\rbig.iso     42%   12MB   1.2MB/s   00:10 ETA\r", progress: 0.42 },
  { program: "pv", text: "\r1.2GiB 0:00:05 [ 240MiB/s] [====>      ] 42% ETA 0:00:07\r", progress: 0.42 },
  { program: "yt-dlp", text: "\r[download]  42.5% of   10.00MiB at    1.20MiB/s ETA 00:05\r", progress: 0.425 },
  { program: "a bar with colours", text: "\r\x1b[2K\x1b[32m42%\x1b[0m\r", progress: 0.42 },
  {
    program: "a bar that goes to the first column",
    text: "\x1b[1Gdownloading 42% | ETA: 3s\x1b[0K\x1b[1G",
    progress: 0.42,
  },
];

describe("a line that is written over", () => {
  it.each(programs)("of $program", ({ text, progress }) => {
    expect(latest(text)).toBe(progress);
    expect(latest(...text)).toBe(progress);
  });

  it("that is the last one counts once nothing has come for a while", () => {
    expect(parse("\r 41%\r 42%")).toEqual({ said: 0.41, rest: 0.42 });
    expect(parse("Reading ... 42%\r")).toEqual({ said: undefined, rest: 0.42 });
  });
});

describe("no progress", () => {
  const others: { name: string; text: string }[] = [
    { name: "a usual line", text: "50%\n85% of the tests passed: 85%\n" },
    { name: "a line of a terminal", text: "coverage 85%\r\ncoverage 86%\r\n" },
    { name: "the load of a processor", text: "\rcpu 95% mem 22% of\tload 3\r" },
    { name: "curl's meter", text: "  % Total    % Received\n\r 43 2929k   43 1269k    0     0  2091k\r" },
    { name: "more than everything", text: "\r 142%\r 1,042%\r 100.5%\r" },
    { name: "less than nothing", text: "\rchange -42%\r" },
    { name: "a name", text: "\rfile42%20name42%\rabc42%\r" },
    { name: "a very long line", text: `\r${"x".repeat(5000)} 42%\n` },
  ];

  it.each(others)("in $name", ({ text }) => {
    expect(parse(text)).toEqual({ said: undefined, rest: undefined });
    expect(parse(...text)).toEqual({ said: undefined, rest: undefined });
  });

  it("in the beginning of a line that was not seen whole", () => {
    const parser = new ProgressParser();
    const read = (text: string) => parser.read(Buffer.from(text), { isContinued: false });
    expect(read("2%\r 43%\r")).toBeUndefined();
    expect(parser.rest()).toBe(0.43);
    expect(read("2%\r 44%\r \r")).toBe(0.44);
    expect(read("2%")).toBeUndefined();
    expect(parser.rest()).toBeUndefined();
  });
});

describe("the sequence", () => {
  const cases: { name: string; text: string; progress: Progress | undefined }[] = [
    { name: "ended by BEL", text: "\x1b]9;4;1;42\x07", progress: 0.42 },
    { name: "ended by ESC \\", text: "\x1b]9;4;1;42\x1b\\", progress: 0.42 },
    { name: "in the middle of a line", text: "building \x1b]9;4;1;42\x07 part 7\n", progress: 0.42 },
    { name: "of a failure", text: "\x1b]9;4;2;42\x07", progress: 0.42 },
    { name: "of waiting", text: "\x1b]9;4;4;42\x07", progress: 0.42 },
    { name: "of waiting without a percentage", text: "\x1b]9;4;1;42\x07\x1b]9;4;4\x07", progress: 0.42 },
    { name: "that removes it", text: "\x1b]9;4;1;42\x07\x1b]9;4;0;0\x07", progress: null },
    { name: "that removes it, short", text: "\x1b]9;4;1;42\x07\x1b]9;4;0;\x07", progress: null },
    { name: "without a measure", text: "\x1b]9;4;1;42\x07\x1b]9;4;3\x07", progress: null },
    { name: "of more than everything", text: "\x1b]9;4;1;142\x07", progress: 1 },
    { name: "of another state", text: "\x1b]9;4;5;42\x07", progress: undefined },
    { name: "of another kind", text: "\x1b]9;42;1;42\x07\x1b]0;title 42%\x07", progress: undefined },
    { name: "without an end", text: "\x1b]9;4;1;42 and so on\n", progress: undefined },
    { name: "before a percentage in the same line", text: "\r\x1b]9;4;1;42\x07 step 2 of 3: 10%\r", progress: 0.42 },
    { name: "behind a percentage in the same line", text: "\rstep 2 of 3: 10% \x1b]9;4;1;42\x07\r", progress: 0.42 },
    { name: "before a line that says something else", text: "\x1b]9;4;1;42\x07\r 50%\r \r", progress: 0.5 },
  ];

  it.each(cases)("$name", ({ text, progress }) => {
    expect(latest(text)).toBe(progress);
    expect(latest(...text)).toBe(progress);
  });

  it("that was read is not read again", () => {
    const parser = new ProgressParser();
    expect(parser.read(Buffer.from("\x1b]9;4;1;42\x07"), { isContinued: true })).toBe(0.42);
    expect(parser.read(Buffer.from("more"), { isContinued: true })).toBeUndefined();
    expect(parser.rest()).toBeUndefined();
  });

  it("that was begun is found when its end comes, also after a long line", () => {
    expect(parse(`${"x".repeat(3000)}\x1b]9;4`, ";1;42\x1b", "\\").said).toBe(0.42);
  });
});
