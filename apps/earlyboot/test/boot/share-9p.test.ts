import { runScenarios } from "../support/run-scenarios.ts";
import { shares } from "./scenarios/shares.ts";

runScenarios(shares);
