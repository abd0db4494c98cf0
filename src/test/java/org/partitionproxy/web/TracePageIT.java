package org.partitionproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.trace.Trace;
import tools.jackson.databind.JsonNode;

/** The page as somebody sees it, in a browser. */
@NeedsChromium
class TracePageIT {

  private static final Path PICTURE = Path.of("docs/inspector.png");
  private static final String BACKWARDS = "\u202e";
  private static final String HOSTILE = "<script>document.title='owned'</script><img src=x>";

  /** The contrast of each text that is seen with what is behind it, as WCAG defines it. */
  private static final String CONTRASTS =
      """
      (() => {
        const parts = (color) => color.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b]
          .map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = (e) => {
          for (; e; e = e.parentElement) {
            const color = parts(e.tagName === 'rect' ? getComputedStyle(e).fill
              : getComputedStyle(e).backgroundColor);
            if (color.length === 3 || color[3] === 1) return light(color);
          }
        };
        const texts = [...document.querySelectorAll('body *')].filter((e) =>
          e.checkVisibility() && e.tagName !== 'option' && e.namespaceURI.endsWith('xhtml')
          && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
        const weak = texts.filter((e) => {
          const [a, b] = [light(parts(getComputedStyle(e).color)), behind(e)].sort((x, y) => y - x);
          return (a + 0.05) / (b + 0.05) < 4.5;
        }).map((e) => e.className + ': ' + e.textContent);
        return { paper: behind(document.body), texts: texts.length, weak };
      })()
      """;

  private static Chromium browser;
  private static Tab tab;

  private final TracePage page =
      new TracePage(SampleTraces.topology(), TracePageIT::plan, Values.SHOWN);

  private static String plan(Trace trace) {
    return "Plan of " + trace.statement();
  }

  @BeforeAll
  static void startBrowser() throws IOException {
    browser = new Chromium();
    tab = browser.newTab();
  }

  @AfterAll
  static void endBrowser() {
    browser.close();
  }

  @BeforeEach
  void openPage() {
    tab.size(1280, 820);
    tab.prefer("light", "no-preference");
    tab.open(page.address());
  }

  @AfterEach
  void closePage() {
    tab.leave();
    // An answer that failed, an exception, a breach of the policy: all would be here.
    assertThat(tab.complaints()).isEmpty();
    page.close();
  }

  private void show(Trace... traces) {
    page.publish(List.of(traces));
    tab.until("document.querySelectorAll('#list > li').length >= " + traces.length);
  }

  private static Trace books(String tenant, String shard, int shipped) {
    return SampleTraces.read(
        tenant, shard, "SELECT * FROM books /* " + tenant + " */", shipped, 10);
  }

  @Test
  void showsTracesWithTheirTreesAndFiguresAndTheTrafficOnTheMap() {
    show(books("initech", "shard3", 1_200));

    assertThat(tab.text("#list .row code")).startsWith("SELECT * FROM books");
    assertThat(tab.text("#list .row:not(.part)"))
        .contains("initech", "1,200 → 10", "120×", "20 ms");
    assertThat(tab.text("#list .row.part")).contains("shard3", "read", "1,200 rows", "2 fetches");
    assertThat(tab.texts("#shares li").get(2)).contains("shard3", "60 %");
    assertThat(tab.text("#wastes li")).contains("initech", "120×");
    assertThat(tab.evaluate("document.querySelector('#map').textContent").asString())
        .contains("veneer", "shard1", "shard2", "shard3", "bluth-co", "dunder-mifflin")
        .contains("0.2/s · 240 rows");
    assertThat(
            tab.evaluate(
                    "[...document.querySelectorAll('#map .flow')].filter(e => e.style.opacity =="
                        + " 1).length")
                .asInt())
        .as("from the veneer to shard3, and on to the tenant")
        .isEqualTo(2);

    Trace failed = new SampleTraces().morning(25).get(24);
    show(failed, failed);
    assertThat(tab.text("#list .problem"))
        .isEqualTo("✕ 23505 duplicate key value violates unique constraint \"books_pkey\"");
  }

  @Test
  void filtersByTenantShardWasteAndTime() {
    show(
        books("initech", "shard3", 1_200),
        books("bluth-co", "shard1", 10),
        books("cyberdyne", "shard2", 30),
        books("dunder-mifflin", "shard2", 10));

    tab.choose("#filter-tenant", "initech");
    assertThat(tab.count("#list > li")).isEqualTo(1);
    tab.choose("#filter-tenant", "");
    tab.choose("#filter-shard", "shard2");
    assertThat(tab.count("#list > li")).isEqualTo(2);
    tab.choose("#filter-waste", "2");
    assertThat(tab.texts("#list > li")).singleElement().asString().contains("cyberdyne");
    assertThat(tab.text("#count")).isEqualTo("1 of 4 kept");
    tab.choose("#filter-took", "100000");
    assertThat(tab.text("#empty")).isEqualTo("No statement fits the filters.");
    for (String filter : List.of("shard", "waste", "took")) {
      tab.choose("#filter-" + filter, "");
    }
    tab.choose("#filter-when", "600000000");
    assertThat(tab.count("#list > li")).isEqualTo(4);

    tab.click("#map .shard:last-of-type");
    assertThat(tab.evaluate("document.querySelector('#filter-shard').value").asString())
        .isEqualTo("shard3");
    assertThat(tab.count("#list > li")).isEqualTo(1);
  }

  @Test
  void showsTheTreeAndTheCombinedPlanOfATraceThatIsClicked() {
    show(books("bluth-co", "shard1", 1_500));

    tab.click("#list > li");

    tab.until("document.querySelector('#plan').textContent.startsWith('Plan of')");
    assertThat(tab.text("#plan")).isEqualTo("Plan of SELECT * FROM books /* bluth-co */");
    assertThat(tab.text("#facts")).contains("bluth-co", "bluth_co_app", "1,500 rows", "150×");
    assertThat(tab.text("#detail-tree .asked")).contains("shard1", "read", "2 fetches", "12 ms");
    assertThat(tab.text("#detail-tree summary"))
        .isEqualTo("1 statement of transaction control and connection set-up");
    tab.click("#close");
    assertThat(tab.evaluate("document.querySelector('#detail').hidden").asBoolean()).isTrue();
  }

  @Test
  void isUsedByKeyboardAlone() {
    show(
        books("initech", "shard3", 1_200),
        books("bluth-co", "shard1", 10),
        books("cyberdyne", "shard2", 30));

    StringBuilder order = new StringBuilder();
    for (int i = 0; i < 14; i++) {
      tab.press("Tab");
      assertThat(tab.evaluate("document.activeElement.matches(':focus-visible')").asBoolean())
          .isTrue();
      order.append(
          tab.evaluate(
                  "document.activeElement.id || document.activeElement.ariaLabel.split(',')[0]")
              .asString());
      order.append('\n');
    }
    assertThat(order)
        .hasToString(
            """
            hold
            only tenant bluth-co
            only shard shard1
            only tenant cyberdyne
            only tenant dunder-mifflin
            only shard shard2
            only tenant initech
            only shard shard3
            filter-tenant
            filter-shard
            filter-waste
            filter-took
            filter-when
            SELECT * FROM books /* cyberdyne */
            """);
    assertThat(tab.text("#hold")).as("the list stands still for who is in it").isEqualTo("Resume");

    tab.press("ArrowDown");
    tab.press("Enter");
    tab.until("document.querySelector('#plan').textContent.includes('bluth-co')");
    tab.press("End");
    tab.until("document.querySelector('#plan').textContent.includes('initech')");
    tab.press("Escape");
    assertThat(tab.evaluate("document.querySelector('#detail').hidden").asBoolean()).isTrue();
    assertThat(tab.evaluate("document.activeElement.textContent").asString()).contains("initech");

    page.publish(List.of(books("dunder-mifflin", "shard2", 10)));
    tab.until("document.querySelector('#hold').textContent === 'Resume · 1 new'");
    tab.press("Escape");
    tab.until("document.querySelectorAll('#list > li').length === 4");
    tab.press(" ");
    assertThat(tab.text("#hold")).isEqualTo("Resume");
  }

  @Test
  void givesEverythingThatCanBeUsedAName() {
    show(books("initech", "shard3", 1_200));
    tab.click("#list > li");

    List<JsonNode> usable =
        tab.accessibleNodes().stream().filter(TracePageIT::isFocusable).toList();

    assertThat(usable).hasSizeGreaterThan(15);
    assertThat(usable)
        .allSatisfy(node -> assertThat(node.path("name").path("value").asString("")).isNotBlank());
  }

  private static boolean isFocusable(JsonNode node) {
    for (JsonNode property : node.path("properties")) {
      if (property.path("name").asString().equals("focusable")
          && !node.path("role").path("value").asString().equals("RootWebArea")) {
        return property.path("value").path("value").asBoolean();
      }
    }
    return false;
  }

  @Test
  void canBeReadInLightAndInDark() {
    show(books("initech", "shard3", 1_200));
    tab.click("#list > li");
    tab.until("document.querySelector('#plan').textContent.startsWith('Plan of')");

    for (String scheme : List.of("light", "dark")) {
      tab.prefer(scheme, "reduce");
      JsonNode seen = tab.evaluate(CONTRASTS);
      assertThat(seen.get("paper").asDouble() > 0.5).as(scheme).isEqualTo(scheme.equals("light"));
      assertThat(seen.get("texts").asInt()).isGreaterThan(60);
      assertThat(seen.get("weak"))
          .as("texts with a contrast below 4.5, as WCAG 2.1 asks for, in %s", scheme)
          .isEmpty();
    }
  }

  @Test
  void showsHostileTextAsText() {
    show(SampleTraces.read("initech", "shard3", HOSTILE + BACKWARDS, 1, 1));
    tab.click("#list > li");
    tab.until("document.querySelector('#plan').textContent.startsWith('Plan of')");

    assertThat(tab.text("#list .row code")).isEqualTo(HOSTILE + "\\u202e");
    assertThat(tab.text("#detail-tree pre")).isEqualTo(HOSTILE + "\\u202e");
    assertThat(tab.text("#plan")).isEqualTo("Plan of " + HOSTILE + "\\u202e");
    assertThat(tab.count("main script, main img")).isZero();
    assertThat(tab.evaluate("document.title").asString()).isEqualTo("bookstore – ppp inspector");
    assertThat(
            tab.evaluate(
                    "(() => { try { document.body.innerHTML = 'x'; return 'done'; }"
                        + " catch (refused) { return refused.name; } })()")
                .asString())
        .as("what a mistake in the script would end with")
        .isEqualTo("TypeError");
    tab.complaints().removeIf(complaint -> complaint.contains("TrustedHTML"));
  }

  @Test
  void keepsUpWithAHundredStatementsASecond() throws InterruptedException {
    int statements = 150;
    List<Trace> traces = new SampleTraces().morning(statements);
    AtomicInteger published = new AtomicInteger();
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    Future<?> beat =
        clock.scheduleAtFixedRate(
            () -> {
              int next = published.getAndIncrement();
              if (next < statements) {
                page.publish(List.of(traces.get(next)));
              } else {
                clock.shutdown();
              }
            },
            0,
            10,
            TimeUnit.MILLISECONDS);

    // In the middle of it the page answers, and is at most a second behind.
    for (int seen = 0; seen < statements / 2; seen = published.get()) {
      int atLeast = seen - 100;
      tab.until("Number(document.body.dataset.last) >= " + atLeast);
    }
    assertThat(clock.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(beat).isDone();

    tab.until("document.body.dataset.last === '" + statements + "'");
    assertThat(tab.text("#count")).isEqualTo("150 kept");
    assertThat(tab.count("#list > li")).as("of them, in the list").isEqualTo(100);
    assertThat(tab.evaluate("document.getElementsByTagName('*').length").asInt()).isLessThan(6_000);

    page.publish(Collections.nCopies(1_200, traces.get(0)));
    tab.until("document.querySelector('#count').textContent === '1,000 kept, 200 missed'");
  }

  @Test
  void isDrawnForTheReadme() throws IOException {
    if (Boolean.getBoolean("golden.update")) {
      Files.write(PICTURE, small(drawing()));
    }

    assertThat(PICTURE).exists();
    assertThat(Files.size(PICTURE)).isLessThan(200_000);
    assertThat(ImageIO.read(PICTURE.toFile()).getWidth()).isEqualTo(1280);
  }

  private static byte[] drawing() {
    try (TracePage shown =
        new TracePage(SampleTraces.topology(), trace -> SamplePlan.TEXT, Values.HIDDEN)) {
      tab.size(1280, 840);
      tab.prefer("light", "reduce");
      tab.open(shown.address());
      shown.publish(new SampleTraces().morning(355));
      tab.until("document.querySelectorAll('#list > li').length === 100");
      tab.click("#list > li");
      tab.until("document.querySelector('#plan').textContent.length > 100");
      tab.evaluate("document.activeElement.blur()");
      byte[] picture = tab.picture();
      tab.leave();
      return picture;
    }
  }

  /** The same points in fewer bytes. */
  private static byte[] small(byte[] png) throws IOException {
    BufferedImage seen = ImageIO.read(new ByteArrayInputStream(png));
    BufferedImage opaque =
        new BufferedImage(seen.getWidth(), seen.getHeight(), BufferedImage.TYPE_INT_RGB);
    opaque.createGraphics().drawImage(seen, 0, 0, null);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ImageWriteParam thorough = writer.getDefaultWriteParam();
    thorough.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    thorough.setCompressionQuality(0);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(opaque, null, null), thorough);
    }
    return bytes.toByteArray();
  }
}
