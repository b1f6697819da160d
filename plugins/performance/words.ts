import type { Metric } from './result.ts'

/** A figure with its unit, as people write it. */
export function amountOf({ median, unit }: Pick<Metric, 'median' | 'unit'>): string {
  switch (unit) {
    case 'ms':
      return median >= 1000 ? `${(median / 1000).toFixed(2)} s` : `${round(median)} ms`
    case 'bytes':
      return bytes(median)
    case 'per second':
      return `${round(median)} a second`
    case 'count':
      return round(median)
  }
}

/** A share in whole percent, or with one digit below ten. */
export function percent(share: number): string {
  const value = share * 100
  return `${value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value))} %`
}

function bytes(value: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB']
  let at = 0
  let left = value
  for (; left >= 1024 && at < units.length - 1; at++) left /= 1024
  return `${round(left)} ${units[at]}`
}

function round(value: number): string {
  return String(value >= 10 ? Math.round(value) : Math.round(value * 10) / 10)
}
