import { type Diagnostic, type Files, type Path, readFrontMatter } from 'heddle'

/** One task for one agent. */
export interface Task {
  /** Lower-case words joined by hyphens; unique. */
  readonly name: string
  /** The first line of what is asked, for people. */
  readonly title: string
  readonly prompt: string
  /** Paths that it says it will change. */
  readonly touches: readonly string[]
}

/** Tasks, or what is wrong with them. */
export interface ReadTasks {
  readonly tasks: readonly Task[]
  readonly faults: readonly Diagnostic[]
}

interface Draft {
  readonly name?: string
  readonly prompt: string
  readonly touches: readonly string[]
}

const longestPrompt = 100_000
const longestName = 40
/** Where everything is put together has the place of an agent. */
export const resultName = 'result'

/**
 * The tasks of a command: those that `text` names, which is a file of them (front matter or JSON with `tasks`, or a list) or one task
 * on each line; without it those of the front matter of the command's own module.
 */
export async function readTasks(
  text: string,
  { files, declared, path }: { files: Files; declared: unknown; path: string },
): Promise<ReadTasks> {
  if (text === '')
    return declared === undefined ? fault('There are no tasks.') : named(fromData(declared, path))
  const one = text.includes('\n') ? undefined : await readFile(files, text)
  return named(one === undefined ? fromLines(text) : fromFile(text, one))
}

type Found = readonly (Draft | Diagnostic)[]

function fromFile(path: string, text: string): Found {
  if (path.endsWith('.json')) {
    try {
      const value: unknown = JSON.parse(text)
      return fromData(Array.isArray(value) ? value : (value as { tasks?: unknown } | null)?.tasks, path)
    } catch (thrown) {
      return [wrong(`"${path}" is not JSON: ${(thrown as Error).message}.`, path)]
    }
  }
  const { data, end, diagnostics } = readFrontMatter(text)
  if (diagnostics.length > 0)
    return diagnostics.map((each) => ({ ...each, at: { path, line: each.at?.line ?? 1, column: 1 } }))
  if (data['tasks'] !== undefined) return fromData(data['tasks'], path)
  return /\.(?:md|markdown)$/.test(path) ? fromList(text.slice(end)) : fromLines(text)
}

function fromData(value: unknown, path: string): Found {
  if (!Array.isArray(value)) return [wrong('"tasks" should be a list.', path)]
  return value.map((entry: unknown, index) => {
    if (typeof entry === 'string') return draftOf(entry)
    const { name, prompt, touches = [] } = (entry ?? {}) as Record<string, unknown>
    const where = `The task ${typeof name === 'string' ? `"${name}"` : index + 1}`
    if (typeof prompt !== 'string') return wrong(`${where} has no "prompt".`, path)
    if (name !== undefined && typeof name !== 'string')
      return wrong(`${where} has a name that is no text.`, path)
    if (!Array.isArray(touches) || !touches.every((each) => typeof each === 'string'))
      return wrong(`${where} should say what it touches as a list of paths.`, path)
    return { ...(name !== undefined && { name }), prompt, touches }
  })
}

/** Entries of a markdown list; lines below an entry that are set in belong to it. */
function fromList(text: string): Found {
  const entries: string[] = []
  for (const line of text.split(/\r?\n/)) {
    const entry = /^(?:[-*+]|\d+[.)])\s+(.*)$/.exec(line)?.[1]
    if (entry !== undefined) entries.push(entry)
    else if (/^\s+\S/.test(line) && entries.length > 0) entries.push(`${entries.pop()!}\n${line.trim()}`)
  }
  return entries.map(draftOf)
}

function fromLines(text: string): Found {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/^(?:[-*+]|\d+[.)])\s+/, '').trim())
    .filter((line) => line !== '')
    .map(draftOf)
}

/** `name: what is asked`, or only what is asked. */
function draftOf(text: string): Draft {
  const [, name, prompt] = /^([\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}):\s+(\S[^]*)$/u.exec(text) ?? []
  return name === undefined || prompt === undefined
    ? { prompt: text, touches: [] }
    : { name, prompt, touches: [] }
}

function named(found: Found): ReadTasks {
  const faults = found.filter((each) => 'code' in each)
  const tasks: Task[] = []
  for (const draft of found) {
    if ('code' in draft) continue
    const why = whyRefused(draft)
    if (why !== undefined) faults.push(wrong(why))
    else tasks.push(taskOf(draft, tasks))
  }
  if (found.length === 0) return fault('There are no tasks.')
  return { tasks, faults }
}

function whyRefused({ prompt, name }: Draft): string | undefined {
  const title = name ?? titleOf(prompt)
  if (prompt.trim() === '') return `The task "${title}" asks for nothing.`
  if (prompt.includes('\0')) return `The task "${title.replaceAll('\0', '')}" holds a NUL.`
  return prompt.length > longestPrompt
    ? `The task "${title}" has more than ${longestPrompt} characters.`
    : undefined
}

function taskOf({ name, prompt, touches }: Draft, others: readonly Task[]): Task {
  const slug = slugOf(name ?? titleOf(prompt))
  const isTaken = (text: string): boolean =>
    text === resultName || others.some((other) => other.name === text)
  let unique = slug
  for (let more = 2; isTaken(unique); more++) unique = `${slug}-${more}`
  return { name: unique, title: titleOf(prompt), prompt, touches }
}

/** What is safe in a branch, a folder and on a command line; `task` when nothing is left. */
function slugOf(text: string): string {
  const slug = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longestName)
    .replaceAll(/^-+|-+$/g, '')
  return slug === '' ? 'task' : slug
}

function titleOf(prompt: string): string {
  const line = prompt.trim().split('\n')[0] ?? ''
  return line.length > 72 ? `${line.slice(0, 71)}…` : line
}

async function readFile(files: Files, text: string): Promise<string | undefined> {
  try {
    const path = text as Path
    if ((await files.stat(path))?.type !== 'file') return undefined
    return new TextDecoder().decode(await files.read(path))
  } catch {
    // No path at all, or a closed one: then it is a task in words.
    return undefined
  }
}

function fault(message: string): ReadTasks {
  return { tasks: [], faults: [wrong(message)] }
}

function wrong(message: string, path?: string): Diagnostic {
  return {
    code: 'swarm/tasks',
    severity: 'error',
    message,
    hint: 'Give one task on each line, "name: what is asked", or a file with a list "tasks" of name and prompt.',
    ...(path !== undefined && { at: { path, line: 1, column: 1 } }),
  }
}
