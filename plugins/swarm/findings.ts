import type { Diagnostic } from 'heddle'
import type { Meeting } from './meetings.ts'
import type { SwarmConflict } from './result.ts'

/** There is nothing that could do the work, and nothing is pretended. */
export function noAgent(): Diagnostic {
  return {
    code: 'swarm/no-agent',
    severity: 'error',
    message: 'No agent is configured, so no task was begun.',
    hint: "Name one in heddle.config.ts: import { swarm } from 'heddle/plugins', then plugins: [swarm({ agent: ['claude', '-p'] })]; the task comes on standard input, or where {prompt} stands.",
  }
}

export function notOnDisk(): Diagnostic {
  return {
    code: 'swarm/not-on-disk',
    severity: 'error',
    message: 'The project is in memory, and agents work in worktrees on the disk.',
    hint: 'Run it on a folder of the machine.',
  }
}

export function tooMany(tasks: number, most: number): Diagnostic {
  return {
    code: 'swarm/too-many',
    severity: 'error',
    message: `There are ${tasks} tasks; ${most} agents are the most.`,
    hint: 'Run fewer at once, or raise the setting "most-agents".',
  }
}

/** What is changed but not committed is seen by no agent. */
export function changedTree(paths: readonly string[], isRefused: boolean): Diagnostic {
  return {
    code: 'swarm/dirty-tree',
    severity: isRefused ? 'error' : 'warning',
    message: `${counted(paths.length, 'file is', 'files are')} changed and not committed, such as ${shown(paths)}; agents begin from the last commit and do not see that.`,
    hint: isRefused
      ? 'Commit or stash first, or make the gate "starting-point-known" a warning.'
      : 'Commit first if agents need it.',
  }
}

export function unseen(paths: readonly string[]): Diagnostic {
  return {
    code: 'swarm/untracked',
    severity: 'info',
    message: `${counted(paths.length, 'path is', 'paths are')} not in git, such as ${shown(paths)}; agents do not see that.`,
    hint: 'Add what they need, and commit.',
  }
}

export function tasksMeet({ tasks, paths }: Meeting, isRefused: boolean): Diagnostic {
  return {
    code: 'swarm/tasks-meet',
    severity: isRefused ? 'error' : 'warning',
    message: `The tasks "${tasks[0]}" and "${tasks[1]}" both name ${shown(paths)}: their work will probably be in conflict.`,
    hint: 'Make one task of them, or cut them along files.',
  }
}

export function noChecks(): Diagnostic {
  return {
    code: 'swarm/no-checks',
    severity: 'warning',
    message: 'No manifest of the project names a check, so nobody looks whether what agents do is right.',
    hint: 'Add a test script, or name checks in validation({ checks }).',
  }
}

export function inConflict({ agents, paths }: SwarmConflict, branches: readonly string[]): Diagnostic {
  return {
    code: 'swarm/conflict',
    severity: 'error',
    message: `${list(agents)} changed ${shown(paths)} in different ways. It was found before anything of theirs was merged; their work is on ${list(branches)}.`,
    hint: 'Look at both with git diff, merge one, and put the other on top by hand.',
  }
}

export function sharedChanged(names: readonly string[]): Diagnostic {
  return {
    code: 'swarm/outside',
    severity: 'warning',
    message: `While agents ran, something that they share with the project was changed: ${shown(names)}.`,
    hint: 'Look whether that was you. Worktrees keep files apart, not the repository; agents have your rights.',
  }
}

export function keptAside(agent: string, folder: string, why: string): Diagnostic {
  return {
    code: 'swarm/kept-aside',
    severity: 'warning',
    message: `The work of "${agent}" could not be put on a branch (${why.replace(/\.$/, '')}); its folder was kept: ${folder}.`,
    hint: 'Take what you need from there, then remove it.',
  }
}

export function nestedIn(agent: string, paths: readonly string[]): Diagnostic {
  return {
    code: 'swarm/nested-repository',
    severity: 'warning',
    message: `"${agent}" made a repository inside its worktree: ${shown(paths)}. A commit holds only its name.`,
    hint: 'Have the agent add files, not repositories.',
  }
}

export function leftRunning(agent: string, processes: number): Diagnostic {
  return {
    code: 'swarm/left-running',
    severity: 'info',
    message: `"${agent}" left ${counted(processes, 'process', 'processes')} running; they were ended.`,
  }
}

function counted(number: number, one: string, more: string): string {
  return `${number} ${number === 1 ? one : more}`
}

function shown(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : list(names)
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
