import { rm, stat, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { randomBytes } from 'node:crypto'
import {
  type BashOutput,
  defineOperation,
  type Diagnostic,
  type OperationContext,
  type OperationKind,
  type ProcessResult,
} from 'heddle'
import { type Crew, openWorktree, saveWork, takeOver } from './crew.ts'
import { harmlessGit } from './git.ts'
import { createMeter, type Measured } from './meter.ts'
import { claimOf, placeSchema, projectIn, type SwarmPlace } from './place.ts'
import type { AgentState, ResourceUsage } from './result.ts'
import { removeWorktree } from './worktree.ts'

/** What one agent is asked, and how it is started. */
export interface AgentInput {
  readonly place: SwarmPlace
  readonly task: { readonly name: string; readonly title: string; readonly prompt: string }
  readonly program: readonly string[]
  /** Names of environment variables that it gets. */
  readonly env: readonly string[]
  readonly minutes: number
}

/** What came of an agent. */
export interface AgentOutput {
  readonly state: AgentState
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: BashOutput['stdout']
  readonly stderr: BashOutput['stderr']
  readonly isolation: BashOutput['isolation']
  readonly branch: string | null
  readonly commit: string | null
  readonly files: readonly string[]
  /** Repositories that it made inside its worktree. */
  readonly nested: readonly string[]
  /** True when its worktree was gone at its end. */
  readonly worktreeGone: boolean
  readonly resources: Omit<ResourceUsage, 'agent'>
}

/** Beyond the agent's own time: making the worktree and saving what it left. */
const aroundMinutes = 15

/** The kind of operation that runs one agent in a worktree of its own. */
export function createAgentKind(crew: Crew): OperationKind<AgentInput, AgentOutput> {
  return defineOperation<AgentInput, AgentOutput>({
    kind: 'swarm-agent',
    description: 'Runs an agent in a git worktree of its own, and keeps all of its work on a branch',
    lane: 'agent',
    effects: 'external',
    idempotent: false,
    deadlineMs: 24 * 60 * 60_000,
    input: (z) =>
      z.strictObject({
        place: placeSchema(z),
        task: z.strictObject({ name: z.string(), title: z.string(), prompt: z.string() }),
        program: z.array(z.string()).min(1),
        env: z.array(z.string()),
        minutes: z.number().positive(),
      }),
    output: (z) => z.custom<AgentOutput>(isOutput),
    claims: ({ place, task }) => ({ reads: [], writes: [claimOf(place, task.name)] }),
    run: (input, context) => runAgent(crew, input, context),
    failure: (output) => failureOf(output),
  })
}

/** Milliseconds for the whole operation of an agent. */
export function deadlineOf(minutes: number): number {
  return (minutes + aroundMinutes) * 60_000
}

function isOutput(value: unknown): boolean {
  return value !== null && typeof value === 'object' && 'state' in value && 'resources' in value
}

async function runAgent(crew: Crew, input: AgentInput, context: OperationContext): Promise<AgentOutput> {
  const { place, task } = input
  await takeOver(crew, place)
  await saveEarlier(crew, place, task.name)
  await crew.board(place.id).set(task.name, { title: task.title })
  const worktree = await openWorktree(crew, place, task.name)
  context.progress('its worktree is ready')
  const promptFile = `${worktree.path}.prompt`
  try {
    const ended = await start(input, context, promptFile)
    // The run is over: what is left is saved at its end, with all that was cut short.
    if (context.signal.aborted) return outputOf(ended, 'interrupted', { ...nothing, branch: worktree.branch })
    const worktreeGone = !(await isFolder(worktree.path))
    const saved = await saveWork(crew, place, task.name)
    const state = stateOf(ended.result, saved.commit !== null, worktreeGone)
    await crew.board(place.id).set(task.name, { state })
    context.progress(`${state}: ${saved.files.length} files changed`)
    return outputOf(ended, state, { ...saved, worktreeGone })
  } catch (thrown) {
    await giveBack(crew, place, task.name)
    throw thrown
  } finally {
    await rm(promptFile, { force: true })
  }
}

interface Ended {
  readonly result: ProcessResult
  readonly measured: Measured
  readonly leftBehind: number
}

/** Runs the program, and ends whatever it has left running, wherever that has gone. */
async function start(
  { place, task, program, env, minutes }: AgentInput,
  context: Pick<OperationContext, 'spawn' | 'progress'>,
  promptFile: string,
): Promise<Ended> {
  const fill = (text: string): string =>
    text.replaceAll(/\{(prompt|promptFile|name)\}/g, (_, what: string) =>
      what === 'prompt' ? task.prompt : what === 'name' ? task.name : promptFile,
    )
  const [first, ...words] = program
  if (program.some((word) => word.includes('{promptFile}')))
    await writeFile(promptFile, task.prompt, { mode: 0o600 })
  const isTold = words.some((word) => /\{prompt(?:File)?\}/.test(word))
  const mark = `${place.id}/${task.name}/${randomBytes(8).toString('hex')}`
  const meter = createMeter(`HEDDLE_SWARM_MARK=${mark}`, {
    onLook: (measured) => context.progress(shown(measured)),
  })
  const harmless = await harmlessGit({ cwd: place.repository.folder })
  try {
    const result = await context.spawn({
      program: programAt(place, first!),
      arguments: words.map(fill),
      cwd: projectIn(place, task.name),
      env: { ...passed(env), ...harmless, HEDDLE_SWARM_MARK: mark, HEDDLE_SWARM_AGENT: task.name },
      deadlineMs: minutes * 60_000,
      ...(isTold ? {} : { input: task.prompt }),
    })
    return { result, leftBehind: await meter.endLeft(), measured: meter.stop() }
  } finally {
    meter.stop()
  }
}

/** A path is meant from the project, not from the worktree, where the agent could have put another. */
function programAt({ repository }: SwarmPlace, program: string): string {
  return program.includes('/') && !isAbsolute(program) ? join(repository.folder, program) : program
}

function passed(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

function shown({ cpuMs, peakMemoryBytes }: Measured): string {
  if (cpuMs === null || peakMemoryBytes === null) return 'at work'
  return `at work: ${(cpuMs / 1000).toFixed(1)} s of processor, ${Math.round(peakMemoryBytes / 1_048_576)} MB at most`
}

const nothing = { commit: null, files: [], nested: [], worktreeGone: false } as const

function outputOf(
  { result, measured, leftBehind }: Ended,
  state: AgentState,
  saved: Pick<AgentOutput, 'branch' | 'commit' | 'files' | 'nested' | 'worktreeGone'>,
): AgentOutput {
  const { code, signal, isolation, stored } = result
  const { stdout = result.stdout, stderr = result.stderr } = stored ?? {}
  const { branch, commit, files, nested, worktreeGone } = saved
  const outputBytes = lengthOf(stdout) + lengthOf(stderr)
  const resources = { wallMs: result.ranMs, ...measured, outputBytes, leftBehind }
  return {
    state,
    code,
    signal,
    stdout,
    stderr,
    isolation,
    branch,
    commit,
    files,
    nested,
    worktreeGone,
    resources,
  }
}

function lengthOf(text: BashOutput['stdout']): number {
  return typeof text === 'string' ? Buffer.byteLength(text) : text.bytes
}

function stateOf({ code, ended }: ProcessResult, hasWork: boolean, isGone: boolean): AgentState {
  if (ended === 'deadline') return 'timed-out'
  if (ended === 'cancelled') return 'interrupted'
  if (code !== 0 || isGone) return 'failed'
  return hasWork ? 'done' : 'unchanged'
}

function failureOf({ state, code, signal, branch, worktreeGone }: AgentOutput): Diagnostic | undefined {
  if (state === 'done' || state === 'unchanged') return undefined
  const why = {
    'timed-out': 'did not end in time',
    interrupted: 'was ended before it was done',
    failed:
      code === 0 && worktreeGone
        ? 'removed its own worktree'
        : code === null
          ? `was ended by ${signal ?? 'a signal'}`
          : `ended with code ${code}`,
  }[state as 'timed-out' | 'interrupted' | 'failed']
  const kept = branch === null ? 'It had changed nothing.' : `What it had done is on the branch ${branch}.`
  return {
    code: `swarm/agent-${state}`,
    severity: 'error',
    message: `The agent ${why}. ${kept}`,
    hint: state === 'timed-out' ? 'Give it more minutes, or less to do.' : 'Read its output.',
  }
}

/** Work of a run that was cut short stays on its branch; the agent begins anew beside it. */
async function saveEarlier(crew: Crew, place: SwarmPlace, agent: string): Promise<void> {
  const known = (await crew.board(place.id).read()).agents[agent]
  if (!known?.worktree) return
  const { worktree } = known
  if (known.state === 'running') await saveWork(crew, place, agent)
  await crew.inTurn(() => removeWorktree(place.repository, worktree))
  await crew.board(place.id).set(agent, { worktree: null })
}

/** An agent that could not be started leaves no worktree and no branch. */
async function giveBack(crew: Crew, place: SwarmPlace, agent: string): Promise<void> {
  try {
    await saveEarlier(crew, place, agent)
  } catch {
    // What could not be saved now is taken up again at the end of the run, which names it.
    return
  }
  await crew.board(place.id).set(agent, { state: 'failed' })
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}
