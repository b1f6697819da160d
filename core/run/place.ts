import { crc32 } from 'node:zlib'
import { digest } from '../base/key.ts'
import type { Result } from '../base/result.ts'
import { isWithin, type Path } from '../vfs/path.ts'
import { compileClaims, type Regions } from './claims.ts'
import type { ReadyKind } from './kinds.ts'
import type { Place } from './memory.ts'
import type { Claims } from './operation.ts'

/** A task as far as its place is concerned. */
interface Placed {
  readonly group: { readonly work: { readonly name: string } }
  readonly operation: Place['operation']
  readonly runnable: Result<{ readonly kind: ReadyKind; readonly input: unknown }>
}

/** Where a task stands in its plan, with its kind. */
export function placeOf({ group, operation, runnable }: Placed): Place {
  const { name } = group.work
  if (!runnable.ok) return { group: name, operation }
  return { group: name, operation, kind: runnable.value.kind.kind, input: runnable.value.input }
}

/**
 * What an operation is asked to do, in short; another input, another kind or other claims give another. A checksum is enough where
 * what was read is compared as well.
 */
export function identityOf(place: Place): string {
  const { kind, input, claims } = place.operation
  const text = JSON.stringify(claims === undefined ? [kind, input] : [kind, input, claims])
  return isBlind(place) ? digest(text).slice(0, 32) : `${crc32(text).toString(16)}-${text.length}`
}

/** What the operation claims: its own lists in place of those of its kind. */
export function claimsOfPlace({ operation, kind, input }: Place): Claims {
  return { ...kind?.claims?.(input), ...operation.claims }
}

/** True for what changes something outside the workspace. */
export function hasEffectsOutside({ kind }: Place): boolean {
  return kind?.effects === 'external'
}

/** True when nobody can see what it reads: programs do as they like. */
export function isBlind(place: Place): boolean {
  return hasEffectsOutside(place) || place.kind?.untraced === true
}

/**
 * True when running it once more does no harm: it says so, has no effects outside, or is a program that claims to write nothing but
 * its scratch, as checks do.
 */
export function isRepeatable(place: Place): boolean {
  const { kind, operation } = place
  if (!kind || !hasEffectsOutside(place)) return true
  if (operation.idempotent ?? kind.idempotent) return true
  return kind.lane === 'process' && claimsOfPlace(place).writes?.length === 0
}

/** Globs of what it may write, scratch included; null when that may be anything. */
export function writableOf(place: Place): readonly string[] | null {
  const { writes, scratch = [] } = claimsOfPlace(place)
  return writes === undefined ? null : [...writes, ...scratch]
}

/** Paths below which an operation has left something: what it wrote, and what it claims to write outside. */
export function leftBy(place: Place, written: readonly { readonly path: string }[]): readonly string[] {
  const paths = written.map(({ path }) => path)
  return hasEffectsOutside(place) ? [...regionsOf(place).writes, ...paths] : paths
}

/** Says whether what was left below these paths may be part of what the operation reads or writes. */
export function touches(place: Place, left: Iterable<string>): boolean {
  const { reads, writes } = regionsOf(place)
  const own = [...reads, ...writes] as Path[]
  for (const path of left as Iterable<Path>)
    if (own.some((each) => isWithin(path, each) || isWithin(each, path))) return true
  return false
}

function regionsOf(place: Place): Regions {
  const claims = compileClaims(claimsOfPlace(place), place.kind?.effects ?? 'external')
  return claims.ok ? claims.value.regions : { reads: [''], writes: [''] }
}

/** Says of paths whether they may be written under these globs. */
export function allowsWriting(globs: readonly string[] | null): (path: string) => boolean {
  const claims = compileClaims(globs === null ? {} : { reads: [], writes: globs }, 'external')
  return (path) => !claims.ok || claims.value.allow('write', path as never)
}

/** True for operations whose results other runs may take. */
export function mayBeCached({ operation, kind }: Place): boolean {
  return kind !== undefined && (operation.cache ?? kind.cache) === true
}
