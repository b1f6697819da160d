import type { Glob } from '../base/glob.ts'
import { compileGlob } from '../base/glob.ts'
import type { Result } from '../base/result.ts'
import { done } from '../base/result.ts'
import type { Path } from '../vfs/path.ts'
import { parentOf } from '../vfs/path.ts'
import type { Claims, Effects } from './operation.ts'

/**
 * What an operation may touch, for scheduling: paths, each standing for itself, everything below it and the folders on the
 * way to it. Wider than the globs it is made from, never narrower.
 */
export interface Regions {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
}

export type Access = 'read' | 'list' | 'write' | 'remove'

/** Claims made ready: regions for scheduling, and the exact question whether an access was claimed. */
export interface CompiledClaims {
  /** What it may touch; a list that was left out stands for everything. */
  readonly regions: Regions
  /** False when a list was left out. */
  readonly isComplete: boolean
  /** What it says that it touches; a list that was left out stands for nothing. */
  readonly hints: Regions
  /** Where the disk may be different afterwards: what it writes, and its scratch. */
  readonly changes: readonly string[]
  allow(access: Access, path: Path): boolean
  isScratch(path: Path): boolean
}

interface Claim extends Glob {
  covers(path: string): boolean
}

const everywhere = ['']
const none: readonly string[] = []

/** Compiles claims; a list left out stands for everything, except the writes of what has no effects. */
export function compileClaims(claims: Claims, effects: Effects): Result<CompiledClaims> {
  if (claims.reads?.length === 0 && claims.writes?.length === 0 && !claims.scratch) return touchesNothing
  const reads = compileList(claims.reads)
  if (!reads.ok) return reads
  const writes = compileList(claims.writes ?? (effects === 'none' ? none : undefined))
  if (!writes.ok) return writes
  const scratch = compileList(claims.scratch ?? none)
  if (!scratch.ok) return scratch
  return done(createClaims(reads.value, writes.value, scratch.value ?? []))
}

const nothing: Result<readonly Claim[]> = done([])
const touchesNothing: Result<CompiledClaims> = done(createClaims([], [], []))

function compileList(patterns: readonly string[] | undefined): Result<readonly Claim[] | undefined> {
  if (patterns === undefined) return done(undefined)
  if (patterns.length === 0) return nothing
  const list: Claim[] = []
  for (const pattern of patterns) {
    const glob = compileGlob(pattern)
    if (!glob.ok) return glob
    list.push({ ...glob.value, covers: (path) => coversPath(glob.value, path) })
  }
  return done(list)
}

/** What is below a claimed path is claimed with it, as in an ignore file. */
function coversPath(glob: Glob, path: string): boolean {
  if (glob.prefix === '' && (glob.literal || glob.pattern === '**')) return true
  for (let at = path as Path; at !== ''; at = parentOf(at)) if (glob.matches(at)) return true
  return false
}

function createClaims(
  reads: readonly Claim[] | undefined,
  writes: readonly Claim[] | undefined,
  scratch: readonly Claim[],
): CompiledClaims {
  const writable = writes && [...writes, ...scratch]
  const readable = reads && writable && [...reads, ...writable]
  return {
    regions: { reads: regionsOf(reads), writes: regionsOf(writes) },
    changes: [...regionsOf(writes), ...regionsOf(scratch).filter(isSomewhere)],
    isComplete: reads !== undefined && writes !== undefined,
    hints: { reads: reads ? regionsOf(reads) : none, writes: writes ? regionsOf(writes) : none },
    isScratch: scratch.length === 0 ? claimsNoScratch : (path) => covers(scratch, path),
    allow(access, path) {
      if (access === 'read' || access === 'list') {
        if (!readable || (access === 'list' ? coversListing(readable, path) : covers(readable, path)))
          return true
        // Why something cannot be written is asked of the folders on the way, and those are in its regions.
        return access === 'read' && isOnTheWay(writable ?? [], path)
      }
      return !writable || covers(writable, path) || (access === 'write' && isOnTheWay(writable, path))
    },
  }
}

/** One for all that claim none, since a workspace remembers whose scratch it has been told of. */
function claimsNoScratch(): boolean {
  return false
}

function covers(claims: readonly Claim[], path: Path): boolean {
  return claims.some((claim) => claim.covers(path))
}

function regionsOf(claims: readonly Claim[] | undefined): readonly string[] {
  if (!claims) return everywhere
  if (claims.length === 0) return none
  const prefixes = new Set(claims.map(({ prefix }) => prefix))
  return prefixes.has('') ? everywhere : [...prefixes]
}

/** What is scratch anywhere would make everything a region; the workspace is told of it by name. */
function isSomewhere(region: string): boolean {
  return region !== ''
}

/** A listing tells about every name, so the claim must cover any name there. */
function coversListing(claims: readonly Claim[], folder: Path): boolean {
  const any = folder === '' ? '\u0001' : `${folder}/\u0001`
  return claims.some((claim) => claim.covers(any))
}

/** A folder on the way to a claimed path comes into being with it. */
function isOnTheWay(claims: readonly Claim[], path: Path): boolean {
  return claims.some(({ prefix }) => prefix === path || prefix.startsWith(`${path}/`))
}
