package io.fluxmqtt.api.admin;

import java.util.List;

/**
 * What changes would do.
 *
 * @param problems why they cannot be made; empty if they can
 * @param effects what each changed key does, and whom it disturbs; without what stays as it is
 * @param stamp stands for what all files of the configuration said
 */
public record ConfigurationCheck(
    List<ConfigurationProblem> problems, List<ConfigurationEffect> effects, String stamp) {
  /** Copies the lists. */
  public ConfigurationCheck {
    problems = List.copyOf(problems);
    effects = List.copyOf(effects);
  }

  /** Whether the changes can be made. */
  public boolean isGood() {
    return problems.isEmpty();
  }
}
