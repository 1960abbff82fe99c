import { runScenarios } from "../support/run-scenarios.ts";
import { modules } from "./scenarios/modules.ts";

runScenarios(modules);
