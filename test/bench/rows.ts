import { cliRow } from './rows/cli.ts'
import { coldRow } from './rows/cold.ts'
import { commandsRow } from './rows/commands.ts'
import { conflictRow } from './rows/conflict.ts'
import { contextRow } from './rows/context.ts'
import { dagRow } from './rows/dag.ts'
import { flatRow } from './rows/flat.ts'
import { foundingRow } from './rows/founding.ts'
import { grepRow } from './rows/grep.ts'
import { memoryRow } from './rows/memory.ts'
import { mixedRow } from './rows/mixed.ts'
import { pageRow } from './rows/page.ts'
import { pluginsRow } from './rows/plugins.ts'
import { queueRow } from './rows/queue.ts'
import { remoteRow } from './rows/remote.ts'
import { resolveColdRow, resolveWarmRow } from './rows/resolve.ts'
import { scaleRow } from './rows/scale.ts'
import { storeRow } from './rows/store.ts'
import { tinyRow } from './rows/tiny.ts'
import { waitsRow } from './rows/waits.ts'
import { watchRow } from './rows/watch.ts'
import { workspaceRow } from './rows/workspace.ts'
import type { Row } from './context.ts'

/** Everything that is measured, in the order of the table. */
export const rows: readonly Row[] = [
  coldRow('cold-1000', 'small', 0.7),
  coldRow('cold-10000', 'large', 0.6),
  cliRow,
  scaleRow,
  memoryRow,
  storeRow,
  watchRow,
  contextRow,
  pageRow,
  pluginsRow,
  resolveWarmRow,
  resolveColdRow,
  grepRow,
  remoteRow,
  dagRow,
  waitsRow,
  commandsRow,
  foundingRow,
  mixedRow,
  conflictRow,
  workspaceRow,
  flatRow,
  tinyRow,
  queueRow,
]

/** What each side does, so that nobody compares what is not alike. */
export const footnotes: readonly string[] = [
  'Figures are medians of interleaved rounds (least–most), each sample a fresh process; ratio = ours / theirs.',
  'heddle: front matter, references with exact places, blocks, headings, graph, validation by the default plugins, suggestions for what is missing.',
  'gray-matter: a script with tinyglobby, gray-matter and one expression that collects references, those in code too; it resolves nothing. gray-matter keeps every text in a cache of its own.',
  'velite: one collection with a schema of two keys, the text kept raw, references by the same expression, output written as JSON.',
  'content-collections: one collection with a schema of two keys, references by the same expression, output written as modules; its configuration is compiled before the clock starts.',
  'readFileSync loop: a walk with readdirSync, every file read as text and dropped. statSync: paths known beforehand.',
  'oxc-resolver and enhanced-resolve: an alias and one extension; they answer with a path alone, Heddle with layer, rung and, for misses, a suggestion. Map: a look-up by folder and text (cold: a walk and a set of paths).',
  'dag: p-graph has no deadlines, retries or events; p-limit is given a time-out with a signal and three tries around each operation, as people write it.',
  'conflict, founding: latency is a timer for each call of the files, the same however many calls there are; tiny: the disk as it is, warm.',
  'context: every module of the corpus in one text; the loop reads the same files and drops them. Tokens are characters / 4 on our side, nothing on the other.',
  'queue: a Redis of its own (append-only, every second); a worker is a process with 4 at once. All: one flow, 10 s locks, looked for stalled jobs every 5 s, the last 20 000 jobs kept, about 400 bytes in a job. BullMQ alone: its children are not checked, retried, timed, nor given files; the parent awaited: nobody hears what each job gave; each result awaited: waitUntilFinished of each job.',
  'ripgrep: all its threads, lines with numbers and columns on a pipe.',
]
