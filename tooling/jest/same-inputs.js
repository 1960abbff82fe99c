import { configureGlobal } from "fast-check";

/**
 * Properties are tried on the same inputs at each run, for what fails is to be the change. `PROPERTY_SEED=new` tries
 * others; a failure says with which seed.
 */
const seed = process.env.PROPERTY_SEED ?? "20261121";

if (seed !== "new") configureGlobal({ seed: Number(seed) });
