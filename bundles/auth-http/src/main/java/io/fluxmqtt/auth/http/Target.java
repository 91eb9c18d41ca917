package io.fluxmqtt.auth.http;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;

/**
 * How a web service is asked.
 *
 * @param url of http or https, without user or fragment
 * @param get whether by GET, everything in the query; else by POST, in the body
 * @param form whether the body is a form instead of JSON
 */
record Target(URI url, boolean get, boolean form, List<Header> headers) {
  /** One header of each request. */
  record Header(String name, String value) {
    /** The name only: some values are secrets. */
    @Override
    public String toString() {
      return name;
    }
  }

  /** Copies the list. */
  Target {
    headers = List.copyOf(headers);
  }

  HttpRequest request(Question question) {
    HttpRequest.Builder request = HttpRequest.newBuilder();
    if (get) {
      String query = url.getRawQuery() == null ? "?" : "&";
      request.uri(URI.create(url + query + question.toForm())).GET();
    } else if (form) {
      request
          .uri(url)
          .setHeader("Content-Type", "application/x-www-form-urlencoded")
          .POST(HttpRequest.BodyPublishers.ofString(question.toForm()));
    } else {
      request
          .uri(url)
          .setHeader("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofByteArray(question.toJson()));
    }
    request.setHeader("Accept", "application/json");
    headers.forEach(header -> request.setHeader(header.name(), header.value()));
    return request.build();
  }
}
