import { HeddleError } from '../base/diagnostic.ts'
import type { Entry, Files, FileStat, Looked, SyncFiles } from './file-system.ts'
import { markOfBytes } from './original.ts'
import type { Path } from './path.ts'
import { readOneByOne } from './read-rows.ts'
import type { Ask, Steps } from './steps.ts'

/** One question about a path. */
export type Question = Ask['call']

/** What somebody has been told by files, and whether they would be told the same again. */
export interface Recorder {
  /** The files; every answer is kept as a mark of its content. */
  readonly files: Files
  /** The first of the paths about which something else would be said now; undefined when there is none. */
  findChanged(paths: Iterable<Path>): Steps<Path | undefined>
}

export interface RecorderOptions {
  /** Called before the files are asked: what changes from here on may be seen or not. */
  readonly asking: (question: Question, path: Path) => void
  /** For tests only: what is not recorded. */
  readonly forget?: 'absences' | 'listings' | undefined
}

/** Marks by question; made when the first answer comes, for most operations ask only one kind of question. */
type Answers = Map<Path, string>

/** A recorder over files that may change. */
export function createRecorder(files: Files, { asking, forget }: RecorderOptions): Recorder {
  const answers: Record<Question, Answers> = { stat: new Map(), list: new Map(), read: new Map() }
  let torn: Path | undefined

  function keep(question: Question, path: Path, mark: string): void {
    if (forget === 'absences' && isAbsence(mark)) return
    if (forget === 'listings' && question === 'list') return
    const known = answers[question].get(path)
    if (known === undefined) answers[question].set(path, mark)
    // Told two things at different times: no single state of the files is like that.
    else if (known !== mark) torn ??= path
  }

  async function ask<T>(question: Question, path: Path, call: () => Promise<T>): Promise<T> {
    asking(question, path)
    try {
      const answer = await call()
      keep(question, path, markOf(question, answer))
      return answer
    } catch (thrown) {
      keep(question, path, markOfError(thrown))
      throw thrown
    }
  }

  function askNow<T>(question: Question, path: Path, call: () => T): T {
    asking(question, path)
    try {
      const answer = call()
      keep(question, path, markOf(question, answer))
      return answer
    } catch (thrown) {
      keep(question, path, markOfError(thrown))
      throw thrown
    }
  }

  const { sync } = files
  const recordedSync: SyncFiles | undefined = sync && {
    stat: (path) => askNow('stat', path, () => sync.stat(path)),
    list: (path) => askNow('list', path, () => sync.list(path)),
    read: (path) => askNow('read', path, () => sync.read(path)),
    readEach(paths, use) {
      for (const path of paths) asking('read', path)
      const noted = (found: Looked | HeddleError, index: number): boolean => {
        const isRead = !(found instanceof HeddleError)
        keep('read', paths[index]!, isRead ? (found.mark ?? markOfBytes(found.bytes)) : markOfError(found))
        return use(found, index)
      }
      return sync.readEach ? sync.readEach(paths, noted) : readOneByOne(sync, paths, noted)
    },
  }

  function* findChanged(paths: Iterable<Path>): Steps<Path | undefined> {
    if (torn !== undefined) return torn
    for (const path of paths) {
      for (const call of questions) {
        const known = answers[call].get(path)
        if (known !== undefined && (yield* markNow({ files, call, path })) !== known) return path
      }
    }
    return undefined
  }

  return {
    files: {
      label: files.label,
      stat: (path) => ask('stat', path, () => files.stat(path)),
      list: (path) => ask('list', path, () => files.list(path)),
      read: (path) => ask('read', path, () => files.read(path)),
      ...(recordedSync && { sync: recordedSync }),
    },
    findChanged,
  }
}

const questions = ['stat', 'list', 'read'] as const
const absent = 'absent'

function isAbsence(mark: string): boolean {
  return mark === absent || mark === 'NOT_FOUND'
}

function* markNow(ask: Ask): Steps<string> {
  try {
    return markOf(ask.call, yield ask)
  } catch (thrown) {
    return markOfError(thrown)
  }
}

function markOf(question: Question, answer: unknown): string {
  if (answer === undefined) return absent
  if (question === 'read') return markOfBytes(answer as Uint8Array)
  if (question === 'list') return (answer as Entry[]).map(({ name, type }) => `${type} ${name}`).join('\n')
  const { type, size } = answer as FileStat
  return type === 'file' ? `file ${size}` : type
}

/** Other errors than ours are no answer: what threw them is asked again. */
function markOfError(thrown: unknown): string {
  return thrown instanceof HeddleError ? thrown.code : 'failed'
}
