import { type Capacity, capacity } from './capacity.ts';
import { type Dynamic, dynamic } from './dynamic.ts';
import { type Flat, flat } from './flat.ts';
import { type Graduated, graduated } from './graduated.ts';
import { type GraduatedPercentage, graduatedPercentage } from './graduated-percentage.ts';
import { type Matrix, matrix } from './matrix.ts';
import { type Package, packages } from './package.ts';
import { type PerUnit, perUnit } from './per-unit.ts';
import { type Percentage, percentage } from './percentage.ts';
import type { ModelRules } from './rules.ts';
import { type Seats, seats } from './seats.ts';
import { type Stairstep, stairstep } from './stairstep.ts';
import { type Volume, volume } from './volume.ts';

/** What each model asks for. */
export type Model =
  | Flat
  | PerUnit
  | Graduated
  | Volume
  | Stairstep
  | Package
  | Percentage
  | GraduatedPercentage
  | Dynamic
  | Seats
  | Capacity
  | Matrix;

/** Every model under the name that prices give it. A new one is added above and here. */
export const models: { [M in Model as M['model']]: ModelRules<M> } = {
  flat,
  per_unit: perUnit,
  graduated,
  volume,
  stairstep,
  package: packages,
  percentage,
  graduated_percentage: graduatedPercentage,
  dynamic,
  seats,
  capacity,
  matrix,
};

export const modelNames = Object.keys(models) as Model['model'][];

/** The rules of a model, as those of any. */
export function rulesOf(model: Model['model']): ModelRules<Model> {
  return models[model] as unknown as ModelRules<Model>;
}
