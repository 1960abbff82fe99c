import { runScenarios } from "../support/run-scenarios.ts";
import { consoles } from "./scenarios/consoles.ts";

runScenarios(consoles);
