import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'

/** Longest time that git may take for one answer, in milliseconds. */
export const gitDeadlineMs = 20_000
const largestOutput = 512 * 1024 * 1024

/** Where git runs and what of the folders above it may see. */
export interface GitPlace {
  /** Absolute folder to run in. */
  readonly cwd: string
  /** Absolute folders in which git must not look for a repository; all above `cwd` may be looked in when left out. */
  readonly ceiling?: string
}

/** What a run of git printed, or why there is nothing: its exit code, or the machine's code such as `ENOENT`. */
export type GitOutput =
  | { readonly ok: true; readonly stdout: string }
  | { readonly ok: false; readonly code: string; readonly stderr: string }

/**
 * Runs git with these words and gives what it printed. No shell; nothing that the repository's own configuration names is run,
 * nothing is fetched, and no replacement objects are read.
 */
export function runGit(place: GitPlace, words: readonly string[]): Promise<GitOutput> {
  const options = {
    cwd: place.cwd,
    env: environment(place),
    timeout: gitDeadlineMs,
    maxBuffer: largestOutput,
  }
  return new Promise((resolve) => {
    execFile('git', [...quiet, ...words], options, (error, stdout, stderr) =>
      resolve(error ? { ok: false, code: String(error.code ?? 'killed'), stderr } : { ok: true, stdout }),
    )
  })
}

/** Starts git in a process group of its own; its input stays open. */
export function startGit(place: GitPlace, words: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn('git', [...quiet, ...words], {
    cwd: place.cwd,
    env: environment(place),
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

const quiet = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.untrackedCache=false',
]

function environment({ ceiling }: GitPlace): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    // A partial clone would fetch what it lacks, by whatever transport its configuration names.
    GIT_ALLOW_PROTOCOL: 'none',
    ...(ceiling === undefined ? {} : { GIT_CEILING_DIRECTORIES: ceiling }),
  }
}
