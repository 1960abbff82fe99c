import { runScenarios } from "../support/run-scenarios.ts";
import { failures } from "./scenarios/failures.ts";

runScenarios(failures);
